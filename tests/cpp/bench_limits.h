// What one core can do at most: bytes read from memory, multiplications in registers.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "arena.h"

double read_gigabytes_per_second();
double fma_gigaflops();
