#include "arguments.h"

#include <cmath>

#include "nn/error.h"

namespace maxmsp {
namespace {

constexpr int kMost = 1024;  // inlets, outlets, examples

// Counts below 1 mean that none is given.
std::optional<int> count(const t_atom& atom, const char* what) {
  const double n = is_number(atom) ? atom_getfloat(&atom) : NAN;
  if (!(n <= kMost) || n != std::floor(n))
    throw nn::Error(std::string(what) + " is a whole number up to " + std::to_string(kMost) +
                    ", not '" + text_of(atom) + "'.");
  if (n < 1) return std::nullopt;
  return static_cast<int>(n);
}

class Reader {
 public:
  explicit Reader(const Atoms& atoms) : atoms_(atoms) {}
  bool more() const { return at_ < atoms_.size(); }
  bool number() const { return more() && is_number(atoms_[at_]); }
  const t_atom& next() { return atoms_[at_++]; }
  std::optional<int> next_count(const char* what) {
    return more() ? count(next(), what) : std::nullopt;
  }

 private:
  const Atoms& atoms_;
  size_t at_ = 0;
};

}  // namespace

int block_request(const t_atom& atom) {
  const double n = is_number(atom) ? atom_getfloat(&atom) : NAN;
  if (!std::isfinite(n))
    throw nn::Error("The block size is a number of samples, not '" + text_of(atom) + "'.");
  if (n > (1 << 24))
    throw nn::Error("A block has at most 2^24 samples, not " + text_of(atom) + ".");
  if (n == nn::kBlockOmitted) return nn::kBlockOmitted;
  // Below that means the smallest block, as any number below the model's ratio does.
  return n < 0 ? 1 : static_cast<int>(n);
}

Arguments parse(Kind kind, const Atoms& given, std::vector<std::string>& remarks) {
  Arguments a;
  Reader left(given);
  if (!left.more()) return a;

  const std::string model = text_of(left.next());
  a.lazy = model == "void";
  if (!a.lazy) {
    a.model = model;
    // The method may be left out before a number.
    if (left.more() && !left.number()) a.method = text_of(left.next());
  }
  const auto block = [&] {
    if (left.more()) a.block = block_request(left.next());
  };
  if (kind == Kind::mcs) {
    a.examples = left.next_count("The number of inlets").value_or(1);
    block();
  } else if (a.lazy) {
    a.inlets = left.next_count("The number of inlets");
    if (!a.inlets)
      throw nn::Error("void takes a number of inlets, and perhaps of outlets and a block size.");
    a.outlets = left.next_count("The number of outlets").value_or(1);
    block();
  } else {
    block();
    a.inlets = left.next_count("The number of inlets");
    a.outlets = left.next_count("The number of outlets");
  }
  if (left.more())
    remarks.push_back("what follows from '" + text_of(left.next()) + "' is ignored.");
  return a;
}

}  // namespace maxmsp
