// A compiled chain: what the audio thread runs.
#pragma once

#include "internal.h"

namespace max_kernel {

constexpr int most_channels = 1024;

struct Perform {
  t_perfroutine64 routine;
  long flags;
  void* user;
};

struct Feed {
  int node;
  int outlet;
};

struct Node {
  bool source = false;
  Object* object = nullptr;  // null: a source, or gone since
  std::string name;
  bool all_channels = false;             // Z_MC_INLETS
  std::vector<std::vector<Feed>> feeds;  // of each signal inlet
  std::vector<int> outlets;              // the object's own numbers of its signal outlets
  std::vector<bool> outlet_multichannel, outlet_connected;
  std::vector<int> in_channels, out_channels;  // of each signal inlet, each signal outlet
  std::vector<std::vector<double>> memory;
  std::vector<double*> ins, outs;
  std::vector<bool> shared;  // of each of outs: memory of ins
  std::vector<Perform> performs;
  bool reported = false;
};

struct Chain::Graph {
  std::vector<Node> nodes;  // in the order they are run
  SignalSettings settings;
  std::shared_ptr<struct Dsp> dsp;
  bool compiling = true;

  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  Node* find(const Object* object);
  int channels_before(const Node& node, int outlet) const;
  // Channel counts, memory and perform routines. Calls the objects.
  void compile();
  // Audio thread.
  void process(const std::vector<std::vector<double>>& channels);

 private:
  void count_channels(Node& node);
  void give_memory(Node& node);
  void gather(Node& node);
  void run(Node& node);
};

// What dsp64 and perform routines are given.
struct Dsp : t_object {
  Chain::Graph* graph = nullptr;
};

// What the API says of sound as a whole.
void sound_is(bool on, const SignalSettings& settings);

}  // namespace max_kernel
