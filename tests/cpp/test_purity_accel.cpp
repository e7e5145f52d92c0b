// A product allocates nothing, locks nothing and asks nothing of the system.
#include "accel_reference.h"
#include "interpose.h"

TEST_CASE("a product does nothing forbidden") {
  for (const auto& name : all_targets()) {
    const Using use(name);
    for (const auto precision : {Precision::exact, Precision::half, Precision::bf16})
      for (const int rows : {1, 2, 3, 20}) {
        Problem p({3, 16, 100, rows, 1, 3, 2}, precision);
        Floats y(p.add.size()), scratch(scratch_floats(p.weights, p.rows) + 1);
        Finish f;
        f.bias = p.bias.data();
        f.y = {y.data(), 100, 100 * rows};
        f.add = {p.add.data(), 100, 100 * rows};
        f.leaky = f.y;
        const long before = watch::violations();
        {
          const watch::Guard guard;
          (void)scratch_floats(p.weights, p.rows);
          multiply(p.weights, p.rows, f, scratch.data());
          transpose(p.x.data(), 16, y.data(), rows, rows, 16);
          leaky_relu(y.data(), y.data(), y.size(), 0.2f);
        }
        INFO(name << ' ' << precision_name(precision) << ": " << watch::last_violation());
        CHECK(watch::violations() == before);
      }
  }
}
