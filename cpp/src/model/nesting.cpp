#include "nesting.h"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace nn {

int64_t code_nesting(std::string_view source) {
  int64_t brackets = 0, indentation = 0, deepest = 0, chain = 0;
  bool line_start = true;
  for (size_t i = 0; i < source.size(); ++i) {
    const char c = source[i];
    if (c == '"' || c == '\'') {  // text: over to its other end
      while (++i < source.size() && source[i] != c)
        if (source[i] == '\\') ++i;
      continue;
    }
    if (c == '#') {  // a comment: over to the end of its line
      while (i + 1 < source.size() && source[i + 1] != '\n') ++i;
      continue;
    }
    if (c == '\n') {
      line_start = true;
      indentation = 0;
      chain = 0;
      continue;
    }
    if (line_start && (c == ' ' || c == '\t')) {
      deepest = std::max(deepest, ++indentation / 2);
      continue;
    }
    line_start = false;
    if (c == '(' || c == '[' || c == '{') deepest = std::max(deepest, ++brackets);
    if (c == ')' || c == ']' || c == '}') --brackets;
    // Operators and dots nest without brackets: "not not …", "a.b.c…", "- - …". Long lists, whose
    // elements are apart, do not.
    if (c == ',') chain = 0;
    if (c == '.' || c == '-' || c == '+' || c == '*' || c == '~' || c == ' ')
      deepest = std::max(deepest, ++chain / 8);
  }
  return deepest;
}

namespace {

// The pickle as a graph: who holds whom. Values that cannot hold others are node 0.
class Pickle {
 public:
  explicit Pickle(std::string_view bytes) : bytes_(bytes) {}

  int64_t deepest() {
    while (step()) {
    }
    return longest_path();
  }

 private:
  static constexpr int kMark = -1;

  int node() {
    held_.emplace_back();
    return static_cast<int>(held_.size()) - 1;
  }
  void hold(int holder, int held) {
    if (holder > 0 && held > 0) held_[static_cast<size_t>(holder)].push_back(held);
  }
  int pop() {
    if (stack_.empty()) return 0;
    const int top = stack_.back();
    stack_.pop_back();
    return top == kMark ? 0 : top;
  }
  std::vector<int> pop_to_mark() {
    std::vector<int> all;
    while (!stack_.empty() && stack_.back() != kMark) {
      all.push_back(stack_.back());
      stack_.pop_back();
    }
    if (!stack_.empty()) stack_.pop_back();
    return all;
  }
  // Replaces the top `count` values by one that holds them.
  void wrap(int count) {
    const int outer = node();
    for (int i = 0; i < count; ++i) hold(outer, pop());
    stack_.push_back(outer);
  }
  uint64_t number(int size) {
    uint64_t value = 0;
    for (int i = 0; i < size && at_ + static_cast<size_t>(i) < bytes_.size(); ++i)
      value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes_[at_ + static_cast<size_t>(i)]))
               << (8 * i);
    at_ += static_cast<size_t>(size);
    return value;
  }
  void skip(uint64_t size) { at_ += std::min<uint64_t>(size, bytes_.size()); }
  void skip_line() {
    const auto end = bytes_.find('\n', at_);
    at_ = end == std::string_view::npos ? bytes_.size() : end + 1;
  }
  void plain() { stack_.push_back(0); }

  // One instruction; false at the end and at any that torch does not know.
  bool step() {
    if (at_ >= bytes_.size()) return false;
    switch (static_cast<uint8_t>(bytes_[at_++])) {
      case 0x80:
        skip(1);
        return true;  // PROTO
      case 'N':
      case 0x88:
      case 0x89:
        plain();
        return true;  // None, True, False
      case 'K':
        skip(1);
        plain();
        return true;  // integers
      case 'M':
        skip(2);
        plain();
        return true;
      case 'J':
        skip(4);
        plain();
        return true;
      case 0x8a:
        skip(number(1));
        plain();
        return true;
      case 'G':
        skip(8);
        plain();
        return true;  // float
      case 'U':
        skip(number(1));
        plain();
        return true;  // text
      case 'T':
      case 'X':
        skip(number(4));
        plain();
        return true;
      case 0x8d:
        skip(number(8));
        plain();
        return true;
      case 'c':
        skip_line();
        skip_line();
        plain();
        return true;  // GLOBAL
      case '(':
        stack_.push_back(kMark);
        return true;
      case ')':
      case ']':
      case '}':
        stack_.push_back(node());
        return true;
      case 0x85:
        wrap(1);
        return true;  // TUPLE1 to TUPLE3
      case 0x86:
        wrap(2);
        return true;
      case 0x87:
        wrap(3);
        return true;
      case 't':
      case 'l':
      case 'd': {  // TUPLE, LIST, DICT
        const auto inside = pop_to_mark();
        const int outer = node();
        for (const int inner : inside) hold(outer, inner);
        stack_.push_back(outer);
        return true;
      }
      case 'R':
      case 0x81:
        wrap(2);
        return true;  // REDUCE, NEWOBJ
      case 'Q':
        wrap(1);
        return true;  // BINPERSID
      case 'b':
      case 'a': {  // BUILD, APPEND
        const int inner = pop();
        if (!stack_.empty()) hold(stack_.back(), inner);
        return true;
      }
      case 's': {  // SETITEM
        const int value = pop(), key = pop();
        if (!stack_.empty()) hold(stack_.back(), value), hold(stack_.back(), key);
        return true;
      }
      case 'e':
      case 'u': {  // APPENDS, SETITEMS
        const auto inside = pop_to_mark();
        if (!stack_.empty())
          for (const int inner : inside) hold(stack_.back(), inner);
        return true;
      }
      case 'q':
        remember(number(1));
        return true;  // memo
      case 'r':
        remember(number(4));
        return true;
      case 'h':
        stack_.push_back(memo_[number(1)]);
        return true;
      case 'j':
        stack_.push_back(memo_[number(4)]);
        return true;
      default:
        return false;  // STOP too
    }
  }

  void remember(uint64_t key) {
    memo_[key] = stack_.empty() || stack_.back() == kMark ? 0 : stack_.back();
  }

  // Depth first without recursion; an edge back to a node that is still open is a cycle, and adds
  // nothing.
  int64_t longest_path() {
    std::vector<int64_t> depth(held_.size(), -1);
    std::vector<std::pair<size_t, size_t>> open;  // node, next edge
    int64_t deepest = 0;
    for (size_t root = 1; root < held_.size(); ++root) {
      if (depth[root] >= 0) continue;
      open.emplace_back(root, 0);
      depth[root] = 0;
      while (!open.empty()) {
        auto& [at, edge] = open.back();
        if (edge < held_[at].size()) {
          const auto next = static_cast<size_t>(held_[at][edge++]);
          if (depth[next] < 0) {
            depth[next] = 0;
            open.emplace_back(next, 0);
          }
          continue;
        }
        for (const int inner : held_[at])
          depth[at] = std::max(depth[at], depth[static_cast<size_t>(inner)] + 1);
        deepest = std::max(deepest, depth[at]);
        open.pop_back();
      }
    }
    return deepest;
  }

  std::string_view bytes_;
  size_t at_ = 0;
  std::vector<int> stack_;
  std::vector<std::vector<int>> held_ = {{}};
  std::unordered_map<uint64_t, int> memo_;
};

}  // namespace

int64_t pickle_nesting(std::string_view pickle) { return Pickle(pickle).deepest(); }

}  // namespace nn
