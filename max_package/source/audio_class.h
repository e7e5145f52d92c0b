// The class that Max sees: nn~, mc.nn~ or mcs.nn~.
#pragma once

#include "arguments.h"

namespace maxmsp {

// From ext_main.
void register_audio_class(const char* name, Kind kind);

}  // namespace maxmsp
