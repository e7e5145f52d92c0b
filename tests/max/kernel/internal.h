// What the kernel's files share. Locks: the registry's, a record's and a queue's are held for no
// call into an external; the lockout and a chain's are.
#pragma once

#include <atomic>
#include <cstdarg>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "ext_atomarray.h"
#include "ext_buffer.h"
#include "ext_dictobj.h"
#include "ext_drag.h"
#include "ext_obex.h"
#include "ext_systhread.h"
#include "kernel.h"
#include "z_dsp.h"

namespace max_kernel {

struct Method {
  method function = nullptr;
  std::vector<int> types;
  bool cant() const { return !types.empty() && types[0] == A_CANT; }
};

struct Attribute : t_object {
  t_symbol* name = nullptr;
  t_symbol* type = nullptr;
  long flags = 0;
  method get = nullptr, set = nullptr;
  t_ptr_int offset = -1;
  std::map<std::string, Atoms> details;  // label, style, default, ...
};

}  // namespace max_kernel

struct maxclass {
  t_symbol* name = nullptr;
  t_symbol* name_space = nullptr;
  method create = nullptr, destroy = nullptr;
  long size = 0;
  std::vector<int> types;
  std::vector<std::pair<t_symbol*, max_kernel::Method>> methods;
  std::vector<max_kernel::Attribute*> attributes;
  bool dsp = false;

  const max_kernel::Method* find_method(const t_symbol* name) const;
  max_kernel::Attribute* find_attribute(const t_symbol* name) const;
};

namespace max_kernel {

struct Record;

struct Inlet {
  enum Kind { plain, as_int, as_float, message } kind = plain;
  long id = 0;
  t_symbol* selector = nullptr;
};

struct Cord {
  Object* to;
  int inlet;
};

struct Outlet : t_object {
  Object* owner = nullptr;
  std::string type;
  std::vector<Cord> cords;
  std::vector<std::function<void(const Output&)>> listeners;
};

// What the kernel knows of an object; it outlives the object.
struct Record {
  Object* object = nullptr;
  t_class* type = nullptr;
  std::mutex mutex;  // of all below
  std::vector<Inlet> inlets{Inlet{}};
  std::vector<Outlet*> outlets;
  std::map<t_symbol*, t_object*> obex;
  std::vector<Output> outputs;
  int signal_inlets = 0;
  std::vector<void*> signal_proxies;  // that dsp_free frees
  void* memory = nullptr;
  bool box = false;  // the kernel made it and frees it
  std::atomic<bool> freeing{false};
  ~Record() { std::free(memory); }
};

// registry.cpp: every pointer that the API hands out.
enum class Kind {
  object,
  outlet,
  inlet,
  proxy,
  clock,
  qelem,
  buffer,
  buffer_ref,
  dictionary,
  array,
  attribute,
  dsp
};
enum class Life { unknown, live, freed };
const char* name(Kind kind);
void add_live(const void* p, Kind kind, std::shared_ptr<void> owner);
// False, and a violation, where it is not live. The memory stays until reset.
bool mark_freed(const void* p, const char* function);
Life life(const void* p);
std::optional<Kind> kind_of(const void* p);
// Null, and a violation where it was freed.
std::shared_ptr<void> owner_of(const void* p, Kind kind, const char* function);
std::vector<const void*> all_live(Kind kind);
void clear_registry();  // attributes stay, as classes do
template <class T>
T* live(const void* p, Kind kind, const char* function) {
  return static_cast<T*>(owner_of(p, kind, function).get());
}
inline std::shared_ptr<Record> record_of(const void* p, const char* function) {
  return std::static_pointer_cast<Record>(owner_of(p, Kind::object, function));
}

// console.cpp
void violate(const std::string& kind, const std::string& text);
void print(Line::Kind kind, Object* object, const char* format, va_list arguments);
void print(Line::Kind kind, Object* object, const std::string& text);
void clear_console();

// threads.cpp
Thread this_thread();
extern thread_local int audio_depth;
extern thread_local bool on_scheduler_thread;
struct AudioScope {
  AudioScope() { ++audio_depth; }
  ~AudioScope() { --audio_depth; }
};
// In the main queue; skipped with a violation where `object` was freed by then.
void queue_main(std::function<void()> task, bool front = false, const void* object = nullptr,
                const char* what = "");
void clear_main_queue();

// scheduler.cpp
void start_scheduler();
void stop_scheduler();
void clear_scheduler();
// The scheduler runs no task while it is held. The scheduler's thread may hold it, too.
std::recursive_mutex& lockout();
// Waits for the task, on the scheduler's thread.
void run_on_scheduler(const std::function<void()>& task);

// atoms.cpp
t_atom to_max(const Atom& atom);
std::vector<t_atom> to_max(const Atoms& atoms);
Atom from_max(const t_atom& atom);
Atoms from_max(long count, const t_atom* atoms);

// classes.cpp
t_class* find_class(const std::string& name);
std::string type_name(int type);
std::vector<int> read_types(int first, va_list arguments);

// objects.cpp, attributes.cpp, messages.cpp
Object* instantiate(t_class* type, const Atoms& arguments);
// That of boxes typed by a test; a patch gives its boxes another one while it opens.
Object* patcher();
Object* new_patcher(const std::string& path);
void set_patcher(Object* patcher);
void forget_patchers();
t_symbol* selector_of(const Atoms& message);
// Without what selector_of found in the first atom.
Atoms arguments_of(const Atoms& message);
// Of a message box: at commas.
std::vector<Atoms> split_messages(const std::string& text);
// Sets or queries by message; false where the selector is no attribute's.
enum class AttributeMessage { none, done, refused };
AttributeMessage attribute_message(Object* object, t_class* type, t_symbol* selector, long count,
                                   t_atom* atoms);
// While a message is in a method, for proxy_getinlet.
struct ArrivalScope {
  ArrivalScope(const void* object, int inlet);
  ~ArrivalScope();
  static size_t depth();  // on this thread
};
void cut_cords(Object* object);
// Whether the class takes such a message: in patches, before anything is sent.
bool understands(const t_class* type, const std::string& selector);
bool deliver(Object* object, int inlet, t_symbol* selector, long count, t_atom* atoms);
// With the arguments converted to the method's types; false, and an error, where they do not fit.
bool call_typed(Object* object, const Method& m, t_symbol* selector, long count,
                const t_atom* atoms, void** result, t_atom* returned = nullptr);

// notifications.cpp
void forget_clients(const void* object);
void clear_notifications();

// graph.cpp, chain.cpp
void* dsp_message(Object* dsp, t_symbol* selector, void** p);
// Returns after the vector that is being processed; the object is in no graph any longer.
bool remove_from_graphs(Object* object);
void close_chains();

// buffers.cpp, dictionaries.cpp, arrays.cpp, paths.cpp
bool free_buffer_ref(void* p);
void* buffer_message(Object* buffer, t_symbol* selector);
void clear_buffers();
bool free_dictionary_object(void* p);
void clear_dictionaries();
bool free_array_object(void* p);
void clear_arrays();
void clear_paths();
std::optional<std::string> find_file(const std::string& name);

struct Drag : t_object {
  std::vector<std::string> roles;
  std::vector<std::pair<Object*, t_symbol*>> receivers;
};

}  // namespace max_kernel
