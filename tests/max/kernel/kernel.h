// What stands in for Max in tests: it loads externals, sends them messages, runs their signals, and
// refuses what Max refuses. One kernel a process.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

struct object;  // t_object of the SDK

namespace max_kernel {

using Object = ::object;
using Atom = std::variant<int64_t, double, std::string>;
using Atoms = std::vector<Atom>;

// As typed in a box: ints, floats, symbols; quotes keep a symbol together.
Atoms parse(const std::string& text);
std::string text(const Atoms& atoms);

enum class Thread { main, scheduler, audio, other };
const char* name(Thread thread);

// Makes the caller's thread the main thread and begins the scheduler. Every function below may be
// called after it alone. Again: nothing.
void start();
// Frees every chain, object, buffer, dictionary and array, in this order, and forgets the console,
// violations, the search path and what is queued. What externals leaked is a violation `leak`,
// returned here. Main thread.
std::vector<std::string> reset();
// reset(), then ends the scheduler's thread. Externals stay loaded.
void stop();

// Throws std::runtime_error where the file does not load or lacks ext_main.
void load_external(const std::string& path);
// Classes of externals, in the order they were registered.
std::vector<std::string> classes();

struct MessageInfo {
  std::string name;
  std::vector<std::string> arguments;  // long, float, symbol, deflong, ..., gimme, cant
};
struct AttributeInfo {
  std::string name, type, label, style, category;
  Atoms default_value, enum_values;
  bool has_default = false, save = false, readable = true, writable = true, invisible = false;
};
struct ClassInfo {
  std::string name;
  bool box = true, dsp = false;
  std::vector<MessageInfo> messages;
  std::vector<AttributeInfo> attributes;
};
std::optional<ClassInfo> describe(const std::string& class_name);
std::string describe_json(const std::string& class_name);
// All classes, an object by name.
std::string describe_json();

// Null, and an error in the console, where there is no such class or its new method refuses.
Object* create(const std::string& text);
Object* create(const std::string& class_name, const Atoms& arguments);
// As one deletes a box: the scheduler waits meanwhile, cords are cut. False for what is not alive.
bool destroy(Object* object);
bool alive(const Object* object);
std::string class_of(Object* object);
int inlets(Object* object);
int outlets(Object* object);
std::string inlet_type(Object* object, int inlet);    // "signal", "multichannelsignal", ""
std::string outlet_type(Object* object, int outlet);  // as given to outlet_new, "" for none
std::string assist(Object* object, bool inlet, int index);

// On the caller's thread. False, and an error in the console, where Max would refuse it.
bool send(Object* object, const std::string& text, int inlet = 0);
bool send_atoms(Object* object, const std::string& selector, const Atoms& atoms, int inlet = 0);
// On the scheduler's thread; waits. The main queue is not serviced meanwhile.
bool send_on_scheduler(Object* object, const std::string& text, int inlet = 0);
// Does not wait.
void send_later(Object* object, const std::string& text, int inlet = 0, double milliseconds = 0);
// On the scheduler's thread or in the main queue, without waiting.
void on_scheduler(std::function<void()> task, double milliseconds = 0);
void on_main(std::function<void()> task);

// By code, as the inspector does. False where there is no such attribute or it is refused.
bool set_attribute(Object* object, const std::string& name, const Atoms& atoms);
std::optional<Atoms> attribute(Object* object, const std::string& name);

struct Output {
  Object* object;
  int outlet;
  std::string selector;  // bang, int, float, list, or any other
  Atoms atoms;
  Thread thread;
};
// What an object's outlets sent, the oldest first; take_ forgets it, too.
std::vector<Output> outputs(Object* object);
std::vector<Output> take_outputs(Object* object);
std::vector<Output> take_outputs(Object* object, int outlet);
// Cords for messages. False where there is no such inlet or outlet.
bool connect(Object* from, int outlet, Object* to, int inlet);
void disconnect(Object* from, int outlet, Object* to, int inlet);
// Called on the sender's thread; until the object goes.
void listen(Object* from, int outlet, std::function<void(const Output&)> listener);

struct Line {
  enum Kind { post, warning, error } kind;
  std::string text;
  Object* object;  // null: no object's
  Thread thread;
};
std::vector<Line> console();
std::vector<Line> take_console();
bool console_has(Line::Kind kind, const std::string& part);

// What the kernel saw that is wrong in Max without being refused there.
struct Violation {
  // use-after-free, double-free, outlet-on-audio, post-on-audio, buffer-without-lock,
  // buffer-locked, wrong-thread, outlet-type, inlet-order, not-a-number, leak
  std::string kind;
  std::string text;
};
std::vector<Violation> violations();
std::vector<Violation> take_violations();

// The main thread's loop: qelems, defers and on_main. The second returns whether the predicate came
// true.
void run_main(double milliseconds);
bool run_main_until(const std::function<bool()>& predicate, double milliseconds = 5000);

// buffer~. Samples are interleaved. Notifications go out on the caller's thread, the main thread.
void create_buffer(const std::string& name, int channels, size_t frames,
                   double sample_rate = 48000);
void resize_buffer(const std::string& name, int channels, size_t frames);
void write_buffer(const std::string& name, const std::vector<float>& samples, size_t offset = 0);
std::vector<float> read_buffer(const std::string& name);
void rename_buffer(const std::string& name, const std::string& new_name);
void free_buffer(const std::string& name);
bool has_buffer(const std::string& name);
// How often an object's method called setdirty or sent `dirty`.
int buffer_dirtied(const std::string& name);

// Of JSON: objects, strings, numbers, arrays.
void create_dictionary(const std::string& name, const std::string& json);
std::string dictionary_json(const std::string& name);  // "" where there is none
void free_dictionary(const std::string& name);
void create_array(const std::string& name, const Atoms& atoms);
std::optional<Atoms> array(const std::string& name);
void free_array(const std::string& name);

// With its subfolders.
void add_search_path(const std::string& folder);
// As one drops a file onto the box: asks acceptsdrag_locked or acceptsdrag_unlocked, then sends the
// message it asked for. False where it does not accept the drag. `roles`: audiofile, textfile, ...
bool drop_file(Object* object, const std::string& path, const std::vector<std::string>& roles = {},
               bool locked = true);

struct SignalSettings {
  double sample_rate = 48000;
  int vector_size = 64;
  // Inputs and outputs share memory where the object does not ask for Z_NO_INPLACE: output i is
  // input i, or they are crossed.
  enum InPlace { apart, same, crossed } in_place = apart;
  // Outputs hold NaN before each vector, and are looked at after it.
  bool poison = true;
  // The old graph goes on running on the audio thread while dsp64 is called.
  bool compile_while_running = false;
};

// Called on the audio thread around every perform routine; null: nothing.
void watch_performs(void (*before)(), void (*after)());

// A graph of signals. All on the main thread but process(), which is for one thread at a time, the
// audio thread meanwhile.
class Chain {
 public:
  Chain();
  // Every object's later dsp64 is another chain's.
  ~Chain();
  Chain(const Chain&) = delete;
  Chain& operator=(const Chain&) = delete;

  // What a source sends is given to process(), in the order the sources were made. Returns its id.
  int add_source(int channels, bool multichannel = true);
  // Takes effect when compiled.
  void set_source_channels(int source, int channels);
  void add(Object* object);
  void remove(Object* object);
  // False, and an error in the console, where one of the ends takes or sends no signal.
  bool connect(int source, Object* to, int inlet);
  bool connect(Object* from, int outlet, Object* to, int inlet);
  void disconnect(Object* from, int outlet, Object* to, int inlet);

  // inputchanged and multichanneloutputs from the sources on, then dsp64 in the same order. False,
  // and an error in the console, for a loop.
  bool compile(const SignalSettings& settings = {});
  // One vector of every source's channels, one after another; missing ones are silent. False where
  // nothing is compiled: sound is off.
  bool process(const std::vector<std::vector<double>>& channels);
  bool process() { return process({}); }
  // dspstate: sound off; process() returns false until compiled again.
  void off();
  const SignalSettings& settings() const;

  // After process(), on the same thread, or while nothing processes. Empty where there is none.
  std::vector<std::vector<double>> output(Object* object, int outlet) const;
  int output_channels(Object* object, int outlet) const;
  // How often dsp64 was called for it, and whether it added a perform routine the last time.
  int compiled_times(Object* object) const;
  bool performs(Object* object) const;

  struct Graph;
  struct State;

 private:
  std::shared_ptr<State> state_;
};

struct PatchError {
  std::string file;  // with the subpatchers it is in: help.maxhelp/p sub
  std::string box;   // id and text
  std::string text;
};
struct PatchReport {
  std::vector<PatchError> errors;
  std::vector<Object*> objects;  // of externals, in the order of the file; destroy() or reset()
  int boxes = 0, lines = 0;
};
// Instantiates every box of a .maxpat or .maxhelp with its subpatchers, bpatchers and abstractions.
// Loadbang methods are called, nothing else is sent, and sound stays off. Of the boxes only those
// of externals are real; cords from one of them to another are, too, where they are in one patcher.
PatchReport open_patch(const std::string& path);
// Where max_objects.json is; without it the place it had when the kernel was built.
void set_object_table(const std::string& path);

}  // namespace max_kernel
