#include "arguments.h"

#include <cmath>

#include "nn/error.h"

namespace pd {
namespace {

bool is_number(const t_atom& atom) { return atom.a_type == A_FLOAT; }

int count(const t_atom& atom, const char* what, int least, int most) {
  const double n = is_number(atom) ? atom.a_w.w_float : NAN;
  if (!(n >= least && n <= most) || n != std::floor(n))
    throw nn::Error(std::string(what) + " is a whole number from " + std::to_string(least) +
                    " to " + std::to_string(most) + ", not '" + text_of(atom) + "'.");
  return static_cast<int>(n);
}

}  // namespace

int block_request(const t_atom& atom) {
  if (!is_number(atom) || !std::isfinite(atom.a_w.w_float))
    throw nn::Error("The block size is a number of samples, not '" + text_of(atom) + "'.");
  const double n = atom.a_w.w_float;
  if (n > (1 << 24))
    throw nn::Error("A block has at most 2^24 samples, not " + text_of(atom) + ".");
  // Below 0 means the smallest block, as any number below the model's ratio does.
  return n < 0 ? 1 : static_cast<int>(n);
}

Arguments parse(const Atoms& given, std::vector<std::string>& remarks) {
  Arguments a;
  size_t at = 0;
  const auto left = [&] { return given.size() - at; };
  while (left() > 0 && given[at].a_type == A_SYMBOL && text_of(given[at]).starts_with("-")) {
    const std::string flag = text_of(given[at++]);
    if (flag == "-m")
      a.multichannel = true;
    else if (flag == "-g" || flag == "-gpu")
      a.gpu = true;
    else if (flag == "-d")
      a.disabled = true;
    else if (flag == "-b" && left() > 0)
      a.batch = count(given[at++], "After -b, the number of examples", 1, 64);
    else if (flag == "-accelerate" && left() > 0)
      a.accelerate = count(given[at++], "After -accelerate, the switch", 0, 1) == 1;
    else if (flag == "-threads" && left() > 0)
      a.threads = count(given[at++], "After -threads, the number of them", 1, 2);
    else if (flag == "-precision" && left() > 0)
      try {
        a.precision = nn::precision_from(text_of(given[at++]));
      } catch (const nn::Error& e) {
        remarks.push_back(e.what());
      }
    else
      throw nn::Error(
          "There is no flag '" + flag +
          "'; there are -m, -gpu, -d, -b n, -accelerate 0, -precision half and -threads 2.");
  }
  if (left() == 0) return a;

  const std::string model = text_of(given[at++]);
  if (model == "void") {
    constexpr int most = 256;
    if (left() > 0) a.inlets = count(given[at++], "The number of inlets", 1, most);
    if (left() > 0) a.outlets = count(given[at++], "The number of outlets", 1, most);
  } else {
    a.model = model;
    // The method may be left out before a block size.
    if (left() > 0 && !is_number(given[at])) a.method = text_of(given[at++]);
  }
  if (left() > 0) try {
      a.block = block_request(given[at++]);
    } catch (const nn::Error& e) {
      remarks.push_back(e.what());
    }
  if (left() > 0) remarks.push_back("what follows '" + text_of(given[at - 1]) + "' is ignored.");
  return a;
}

}  // namespace pd
