// Options of acceleration: which loads share a model, and changes while audio runs.
#include <catch2/catch.hpp>

#include "nn/compare.h"
#include "nn/host.h"
#include "script_models.h"

namespace {

nn::LoadOptions loading(bool accelerate, nn::Precision precision = nn::Precision::exact) {
  nn::LoadOptions options;
  options.accelerate = accelerate;
  options.precision = precision;
  return options;
}

}  // namespace

TEST_CASE("other acceleration is another model, the same is shared") {
  const auto path = scripts::save("shared", scripts::gain());
  const auto exact = nn::Model::load(path, loading(true));
  const auto half = nn::Model::load(path, loading(true, nn::Precision::half));
  const auto plain = nn::Model::load(path, loading(false));
  CHECK(exact != half);
  CHECK(exact != plain);
  CHECK(half != plain);
  CHECK(half->precision() == nn::Precision::half);
  CHECK_FALSE(plain->accelerated());
  CHECK(nn::Model::load(path, loading(true)) == exact);
  CHECK(nn::Model::load(path, loading(true, nn::Precision::half)) == half);
  CHECK(nn::Model::load(path, loading(false)) == plain);
  // A plain model has no precision.
  CHECK(nn::Model::load(path, loading(false, nn::Precision::bf16)) == plain);
}

TEST_CASE("precisions have names") {
  for (const auto precision : {nn::Precision::exact, nn::Precision::half, nn::Precision::bf16})
    CHECK(nn::precision_from(nn::name_of(precision)) == precision);
  CHECK_THROWS_WITH(nn::precision_from("double"),
                    "The precision is exact, half or bf16, not 'double'.");
}

TEST_CASE("a host hands its options on when it loads, and keeps what was set when they change") {
  const auto path = scripts::save("remade", scripts::gain());
  nn::HostOptions options;
  options.block = 256;
  options.vector = 64;
  options.offline = true;
  options.accelerate = true;
  options.precision = nn::Precision::exact;
  nn::Host<float> host(path, options);
  CHECK(host.model() == nn::Model::load(path, loading(true)));
  host.set("gain", {2.0});
  std::vector<float> heard;
  const auto play = [&] {
    for (int at = 0; at < 4096; at += 64) {
      std::vector<float> row(64, 1.0f);
      float* rows = row.data();
      host.process(&rows, &rows, 64);
      heard.insert(heard.end(), row.begin(), row.end());
    }
  };
  play();
  const auto began = heard.size();
  host.remake([](nn::HostOptions& o) { o.precision = nn::Precision::half; });
  CHECK(host.model() == nn::Model::load(path, loading(true, nn::Precision::half)));
  play();
  host.remake([](nn::HostOptions& o) { o.accelerate = false; });
  CHECK(host.model() == nn::Model::load(path, loading(false)));
  CHECK(host.options().precision == nn::Precision::half);  // for when it is accelerated again
  play();
  host.remake([](nn::HostOptions& o) { o.block = 1024; });
  CHECK(host.block() == 1024);
  play();
  for (size_t i = began; i < heard.size(); ++i) REQUIRE(heard[i] == Approx(2).margin(1e-5));
  CHECK(std::get<double>(host.get("gain")[0]) == 2.0);
  host.reload();  // begins with the attributes of the file, as loads do, and stays plain
  CHECK(host.model() == nn::Model::load(path, loading(false)));
  CHECK(std::get<double>(host.get("gain")[0]) == 1.0);
}

TEST_CASE("without a model, a change is for the one to come; a refused one changes nothing") {
  nn::HostOptions options;
  options.inputs = options.outputs = 1;
  options.accelerate = true;
  nn::Host<float> host(options);
  host.remake([](nn::HostOptions& o) { o.accelerate = false; });
  const auto path = scripts::save("to_come", scripts::gain());
  host.load(path, "forward");
  CHECK(host.model() == nn::Model::load(path, loading(false)));
  CHECK_THROWS_AS(host.remake([](nn::HostOptions& o) { o.device = "toaster"; }), nn::Error);
  CHECK(host.options().device == "cpu");
}

TEST_CASE("a comparison: states run on, each block is timed, a difference is found") {
  const auto same = scripts::save("same", scripts::gain());
  nn::EngineOptions options;
  options.block = 512;
  options.method = "last";
  nn::Comparison equal(nn::Model::load(same, loading(false)), nn::Model::load(same, loading(true)),
                       options);
  equal.run(5);
  equal.run(6);
  CHECK(equal.plain().size() == 11);
  CHECK(equal.other().size() == 11);
  CHECK(equal.error() == 0);
  CHECK(std::isinf(equal.snr()));

  auto louder = scripts::gain();
  louder.buffers.at("factor").fill_(1.1);
  options.method = "forward";
  nn::Comparison different(nn::Model::load(same, loading(false)),
                           nn::Model::load(scripts::save("louder", louder), loading(false)),
                           options);
  different.run(4);
  CHECK(different.error() == Approx(0.1).epsilon(1e-3));
  CHECK(different.snr() == Approx(20).epsilon(1e-3));
}
