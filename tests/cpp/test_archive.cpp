// Broken and hostile files: never a crash or a hang, always one sentence.
#include <zlib.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <random>

#include "archive.h"
#include "nn/model.h"
#include "script_models.h"
#include "soak.h"

namespace {

using Bytes = std::vector<uint8_t>;

Bytes read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path write(const Bytes& bytes) {
  const auto path = scripts::folder() / "mutant.ts";
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
  return path;
}

// Loads it; the sentence, or nothing when it loaded.
std::string outcome(const std::filesystem::path& path) {
  try {
    const auto model = nn::Model::load(path);
    nn::EngineOptions options;
    options.method = model->contract().methods.front().name;
    options.block = model->contract().highest_ratio();
    options.warm_up_limit = 10;
    nn::ModelEngine::make(model, options);
    return "";
  } catch (const nn::Error& e) {
    const std::string text = e.what();
    REQUIRE_FALSE(text.empty());
    REQUIRE(text.find('\n') == std::string::npos);
    REQUIRE(text.size() < 1200);
    return text;
  }
}

uint32_t get32(const Bytes& b, size_t at) {
  return b[at] | uint32_t(b[at + 1]) << 8 | uint32_t(b[at + 2]) << 16 | uint32_t(b[at + 3]) << 24;
}
void put32(Bytes& b, size_t at, uint32_t value) {
  for (int i = 0; i < 4; ++i) b[at + size_t(i)] = uint8_t(value >> (8 * i));
}

// Central directory records: where each starts.
std::vector<size_t> records(const Bytes& b) {
  std::vector<size_t> all;
  for (size_t i = 0; i + 46 < b.size(); ++i)
    if (get32(b, i) == 0x02014b50) all.push_back(i);
  return all;
}

// Recomputes the checksums of stored entries, so that damage gets as far as torch.
void mend_checksums(Bytes& b) {
  for (const size_t at : records(b)) {
    const uint32_t size = get32(b, at + 20), header = get32(b, at + 42);
    if ((b[at + 10] | b[at + 11] << 8) != 0 || header + 30 > b.size()) continue;
    const size_t data = header + 30 + (b[header + 26] | b[header + 27] << 8) +
                        (b[header + 28] | b[header + 29] << 8);
    if (data + size > b.size()) continue;
    put32(b, at + 16, uint32_t(crc32(0, b.data() + data, size)));
  }
}

}  // namespace

TEST_CASE("mutants of a good file, 2000: each loads or says why not") {
  const Bytes good = read(scripts::save("mutated", scripts::gain()));
  REQUIRE(outcome(write(good)).empty());
  std::mt19937 random(42);
  const auto at = [&](size_t n) { return std::uniform_int_distribution<size_t>(0, n - 1)(random); };
  int refused = 0;
  for (int i = 0; i < repeated(2000); ++i) {
    Bytes mutant = good;
    switch (i % 5) {
      case 0:  // one bit
        mutant[at(mutant.size())] ^= uint8_t(1 << at(8));
        break;
      case 1:  // cut off
        mutant.resize(at(mutant.size()));
        break;
      case 2:  // a run of noise
        for (size_t k = at(mutant.size()), n = 0; n < 16 && k + n < mutant.size(); ++n)
          mutant[k + n] = uint8_t(at(256));
        break;
      case 3:  // a part missing in the middle
        mutant.erase(mutant.begin() + long(at(mutant.size() / 2)),
                     mutant.begin() + long(mutant.size() / 2 + at(mutant.size() / 2)));
        break;
      default:  // damage behind a right checksum
        mutant[at(mutant.size())] ^= uint8_t(1 << at(8));
        mend_checksums(mutant);
    }
    refused += !outcome(write(mutant)).empty();
  }
  CHECK(refused > repeated(1200));
}

TEST_CASE("zip tricks are refused by name") {
  const Bytes good = read(scripts::save("tricks", scripts::gain()));
  const auto all = records(good);
  REQUIRE(all.size() > 3);
  const auto refuse = [&](auto&& trick, const std::string& part) {
    Bytes bad = good;
    trick(bad);
    const auto said = outcome(write(bad));
    INFO(said);
    CHECK(said.find(part) != std::string::npos);
  };
  refuse([](Bytes& b) { b.clear(); }, "is empty");
  refuse([](Bytes& b) { b.assign(1000, 'x'); }, "no TorchScript archive");
  refuse([](Bytes& b) { b.resize(b.size() - 30); }, "incomplete");
  refuse([&](Bytes& b) { put32(b, all[1] + 42, get32(b, all[0] + 42)); },
         "'");                                           // two on one header
  refuse([&](Bytes& b) { b[all[0] + 46] = '/'; }, "'");  // names that differ
  refuse([&](Bytes& b) { b[all[0] + 8] |= 1; }, "encrypted");
  refuse([&](Bytes& b) { b[all[0] + 10] = 12; }, "unknown way");
  refuse([&](Bytes& b) { put32(b, all[0] + 16, 1); }, "checksum");
  refuse([&](Bytes& b) { put32(b, all[0] + 20, 0x7fffffff); }, "'");
  refuse([&](Bytes& b) { put32(b, all[0] + 24, 0x7fffffff); }, "'");
  CHECK(outcome(scripts::folder() / "nowhere.ts").find("does not exist") != std::string::npos);
  CHECK(outcome(scripts::folder()).find("not a file") != std::string::npos);
}

TEST_CASE("limits on size are kept") {
  const auto path = scripts::save("limits", scripts::gain());
  CHECK_NOTHROW(nn::check_archive(path, 1 << 20));
  CHECK_THROWS_AS(nn::check_archive(path, 1000), nn::Error);
}
