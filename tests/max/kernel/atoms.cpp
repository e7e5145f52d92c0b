// Symbols, atoms, and text as it is typed in a box.
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "internal.h"

namespace max_kernel {

namespace {

// As Max reads a word: an int, a float with a point or an exponent, or a symbol.
Atom read_word(const std::string& word) {
  const char* const begin = word.data() + (word.size() > 1 && word[0] == '+');
  const char* const end = word.data() + word.size();
  const bool digits = word.find_first_of("0123456789") != std::string::npos;
  const bool symbolic = word.find_first_not_of("+-0123456789.eE") != std::string::npos;
  if (digits && !symbolic) {
    int64_t whole = 0;
    if (auto [p, failed] = std::from_chars(begin, end, whole); failed == std::errc() && p == end)
      return whole;
    double number = 0;
    if (auto [p, failed] = std::from_chars(begin, end, number); failed == std::errc() && p == end)
      return number;
  }
  return word;
}

std::string number_text(double value) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  std::string text(buffer, end);
  if (text.find_first_of(".en") == std::string::npos) text += '.';
  return text;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

Atoms parse(const std::string& text) {
  Atoms atoms;
  for (size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    std::string word;
    bool quoted = false, open = false, escaped = false;
    for (; i < text.size() && (open || !is_space(text[i])); ++i) {
      if (text[i] == '\\' && i + 1 < text.size()) {
        word += text[++i];
        escaped = true;
      } else if (text[i] == '"') {
        open = !open;
        quoted = true;
      } else {
        word += text[i];
      }
    }
    atoms.push_back(quoted || escaped ? Atom(word) : read_word(word));
  }
  return atoms;
}

std::string text(const Atoms& atoms) {
  std::string joined;
  for (const auto& atom : atoms) {
    if (!joined.empty()) joined += ' ';
    if (const auto* whole = std::get_if<int64_t>(&atom))
      joined += std::to_string(*whole);
    else if (const auto* number = std::get_if<double>(&atom))
      joined += number_text(*number);
    else if (const auto& word = std::get<std::string>(atom);
             word.empty() || word.find_first_of(" \t\n,;") != std::string::npos)
      joined += '"' + word + '"';
    else
      joined += word;
  }
  return joined;
}

std::vector<Atoms> split_messages(const std::string& text) {
  std::vector<std::string> parts{""};
  bool open = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      parts.back() += {c, text[++i]};
      continue;
    }
    if (c == '"') open = !open;
    if (!open && (c == ',' || c == ';')) {
      if (c == ';') break;  // what follows is for a receiver, not for a cord
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  std::vector<Atoms> messages;
  for (const auto& part : parts)
    if (auto atoms = parse(part); !atoms.empty()) messages.push_back(std::move(atoms));
  return messages;
}

t_atom to_max(const Atom& atom) {
  t_atom a{};
  if (const auto* whole = std::get_if<int64_t>(&atom))
    atom_setlong(&a, *whole);
  else if (const auto* number = std::get_if<double>(&atom))
    atom_setfloat(&a, *number);
  else
    atom_setsym(&a, gensym(std::get<std::string>(atom).c_str()));
  return a;
}

std::vector<t_atom> to_max(const Atoms& atoms) {
  std::vector<t_atom> all;
  for (const auto& atom : atoms) all.push_back(to_max(atom));
  return all;
}

Atom from_max(const t_atom& atom) {
  switch (atom.a_type) {
    case A_LONG:
      return int64_t(atom.a_w.w_long);
    case A_FLOAT:
      return double(atom.a_w.w_float);
    case A_SYM:
      return std::string(atom.a_w.w_sym ? atom.a_w.w_sym->s_name : "");
    default:
      return std::string("<object>");
  }
}

Atoms from_max(long count, const t_atom* atoms) {
  Atoms all;
  for (long i = 0; i < count; ++i) all.push_back(from_max(atoms[i]));
  return all;
}

}  // namespace max_kernel

extern "C" {

t_symbol* gensym(const char* s) {
  static auto* const mutex = new std::mutex;
  static auto* const symbols = new std::unordered_map<std::string, t_symbol*>;
  std::lock_guard lock(*mutex);
  auto& symbol = (*symbols)[s];
  if (!symbol) symbol = new t_symbol{strdup(s), nullptr};
  return symbol;
}

t_max_err atom_setlong(t_atom* a, t_atom_long b) {
  if (!a) return MAX_ERR_INVALID_PTR;
  a->a_type = A_LONG;
  a->a_w.w_long = b;
  return MAX_ERR_NONE;
}

t_max_err atom_setfloat(t_atom* a, double b) {
  if (!a) return MAX_ERR_INVALID_PTR;
  a->a_type = A_FLOAT;
  a->a_w.w_float = b;
  return MAX_ERR_NONE;
}

t_max_err atom_setsym(t_atom* a, const t_symbol* b) {
  if (!a) return MAX_ERR_INVALID_PTR;
  a->a_type = A_SYM;
  a->a_w.w_sym = const_cast<t_symbol*>(b);
  return MAX_ERR_NONE;
}

t_max_err atom_setobj(t_atom* a, void* b) {
  if (!a) return MAX_ERR_INVALID_PTR;
  a->a_type = A_OBJ;
  a->a_w.w_obj = static_cast<t_object*>(b);
  return MAX_ERR_NONE;
}

t_atom_long atom_getlong(const t_atom* a) {
  if (!a) return 0;
  if (a->a_type == A_FLOAT) return t_atom_long(a->a_w.w_float);
  return a->a_type == A_LONG ? a->a_w.w_long : 0;
}

t_atom_float atom_getfloat(const t_atom* a) {
  if (!a) return 0;
  if (a->a_type == A_LONG) return t_atom_float(a->a_w.w_long);
  return a->a_type == A_FLOAT ? a->a_w.w_float : 0;
}

t_symbol* atom_getsym(const t_atom* a) {
  return a && a->a_type == A_SYM ? a->a_w.w_sym : gensym("");
}

void* atom_getobj(const t_atom* a) { return a && a->a_type == A_OBJ ? a->a_w.w_obj : nullptr; }
long atom_gettype(const t_atom* a) { return a ? a->a_type : 0; }
}
