// Classes, objects, messages and time.
#include "test_kernel.h"

#include <atomic>
#include <thread>

TEST_CASE("text is read as a box reads it") {
  const auto atoms = mk::parse("nn~ \"two words\" 2048 -1 0.5 1e3 .5 5. a\\ b 1.2.3 - @x");
  REQUIRE(atoms.size() == 12);
  CHECK(atoms[0] == mk::Atom(std::string("nn~")));
  CHECK(atoms[1] == mk::Atom(std::string("two words")));
  CHECK(atoms[2] == mk::Atom(int64_t(2048)));
  CHECK(atoms[3] == mk::Atom(int64_t(-1)));
  CHECK(atoms[4] == mk::Atom(0.5));
  CHECK(atoms[5] == mk::Atom(1000.0));
  CHECK(atoms[6] == mk::Atom(0.5));
  CHECK(atoms[7] == mk::Atom(5.0));
  CHECK(atoms[8] == mk::Atom(std::string("a b")));
  CHECK(atoms[9] == mk::Atom(std::string("1.2.3")));
  CHECK(atoms[10] == mk::Atom(std::string("-")));
  CHECK(mk::text({std::string("a b"), int64_t(1), 2.0}) == "\"a b\" 1 2.");
}

TEST_CASE_METHOD(Kernel, "classes are described") {
  CHECK(mk::classes() == Strings{"probe~", "probe.ins"});
  const auto info = mk::describe("probe~");
  REQUIRE(info);
  CHECK(info->dsp);
  const auto typed = std::find_if(info->messages.begin(), info->messages.end(),
                                  [](const auto& m) { return m.name == "typed"; });
  CHECK(typed->arguments == Strings{"long", "float", "symbol"});
  REQUIRE(info->attributes.size() == 4);
  const auto& enable = info->attributes[0];
  CHECK(enable.type == "long");
  CHECK(enable.label == "Process Sound");
  CHECK(enable.style == "onoff");
  CHECK(enable.save);
  CHECK(mk::text(enable.default_value) == "1");
  const auto& mode = info->attributes[2];
  CHECK(mode.style == "enum");
  CHECK(mode.category == "Sound");
  CHECK(mk::text(mode.enum_values) == "soft hard \"very hard\"");
  CHECK_FALSE(info->attributes[3].writable);
  CHECK_FALSE(mk::describe("nosuch"));
  CHECK(mk::describe_json("probe~").find("\"Process Sound\"") != std::string::npos);
  CHECK_THROWS(mk::load_external("/nowhere.so"));
}

TEST_CASE_METHOD(Kernel, "objects come from text, or not at all") {
  auto* const x = mk::create("probe~ 2 3 @gain 0.25 @mode \"very hard\"");
  REQUIRE(x);
  CHECK(mk::class_of(x) == "probe~");
  CHECK(mk::inlets(x) == 2);
  CHECK(mk::outlets(x) == 5);
  CHECK(mk::inlet_type(x, 1) == "signal");
  CHECK(mk::outlet_type(x, 2) == "signal");
  CHECK(mk::outlet_type(x, 3) == "");
  CHECK(mk::text(*mk::attribute(x, "gain")) == "0.25");
  CHECK(mk::text(*mk::attribute(x, "mode")) == "\"very hard\"");
  CHECK(mk::assist(x, false, 1) == "out 1");
  CHECK(mk::alive(x));
  CHECK(mk::destroy(x));
  CHECK_FALSE(mk::alive(x));
  CHECK(mk::take_violations().empty());
  CHECK_FALSE(mk::destroy(x));
  CHECK(violation() == "use-after-free");
  CHECK_FALSE(mk::create("nosuch~ 1"));
  CHECK(complaint() == "nosuch~: No such object");
  CHECK_FALSE(mk::create("probe~ fail"));
  CHECK(complaint() == "probe~: error creating object");
  CHECK(mk::create("probe~ 1 @nosuch 1 @secret x"));
  CHECK(mk::console_has(mk::Line::error, "\"nosuch\" is not a valid attribute argument"));
  CHECK(mk::console_has(mk::Line::error, "\"secret\" is not a valid attribute argument"));
}

TEST_CASE_METHOD(Kernel, "messages find their methods") {
  auto* const x = mk::create("probe~ 2");
  CHECK(mk::send(x, "bang"));
  CHECK(mk::send(x, "5"));
  CHECK(mk::send(x, "0.5"));
  CHECK(mk::send(x, "1 2.5 three"));
  CHECK(sent(x) == Strings{"1 bang", "1 int 5", "1 float 0.5", "1 list 1 2.5 three"});
  CHECK(mk::send(x, "typed 1.5 2 word, typeddef, typeddef 1 2"));
  CHECK(sent(x) == Strings{"1 typed 1 2. word", "1 typeddef 0. 0", "1 typeddef 1. 2"});
  CHECK(mk::send(x, "which", 1));
  CHECK(sent(x) == Strings{"1 int 1"});
  CHECK_FALSE(mk::send(x, "bang", 2));
  CHECK_FALSE(mk::send(x, "unheard 1"));
  CHECK(complaint() == "probe~: doesn't understand \"unheard\"");
  CHECK_FALSE(mk::send(x, "dsp64"));
  CHECK(complaint() == "probe~: doesn't understand \"dsp64\"");
  CHECK_FALSE(mk::send(x, "typed 1 2"));
  CHECK(complaint() == "missing arguments for message \"typed\"");
  CHECK_FALSE(mk::send(x, "typed 1 2 3"));
  CHECK(complaint() == "bad arguments for message \"typed\"");
  CHECK_FALSE(mk::send(x, "typed one 2 three"));
  CHECK(complaint() == "bad arguments for message \"typed\"");
  CHECK(mk::send(x, "typeddef 1 2 3"));
  CHECK(mk::console_has(mk::Line::warning, "extra arguments"));
  CHECK(mk::take_violations().empty());
}

TEST_CASE_METHOD(Kernel, "inlets of their own kinds") {
  auto* const x = mk::create("probe.ins 1 2.");
  REQUIRE(mk::inlets(x) == 3);
  CHECK(mk::send(x, "7 8"));
  CHECK(mk::send(x, "3.7", 2));
  CHECK(mk::send(x, "4", 1));
  CHECK(sent(x) == Strings{"0 list 7 8", "0 int 3", "0 float 4."});
  CHECK_FALSE(mk::send(x, "word", 2));
  CHECK(complaint().find("wrong message or type") != std::string::npos);
  CHECK_FALSE(mk::create("probe.ins word"));
  CHECK(mk::console_has(mk::Line::error, "bad arguments"));
}

TEST_CASE_METHOD(Kernel, "attributes by message") {
  auto* const x = mk::create("probe~");
  CHECK(mk::send(x, "enable 1, getenable, gain 0.5, getgain, mode hard, getmode"));
  CHECK(sent(x) == Strings{"2 enable 1", "2 gain 0.5", "2 mode hard"});
  CHECK_FALSE(mk::send(x, "gain word"));
  CHECK_FALSE(mk::send(x, "secret word"));
  CHECK(mk::set_attribute(x, "secret", {std::string("word")}));
  CHECK(mk::text(*mk::attribute(x, "secret")) == "word");
  CHECK_FALSE(mk::set_attribute(x, "nosuch", {}));
  CHECK_FALSE(mk::attribute(x, "nosuch"));
}

TEST_CASE_METHOD(Kernel, "cords carry what outlets send") {
  auto *const a = mk::create("probe~ 1 1"), *const b = mk::create("probe~ 2 1");
  CHECK(mk::connect(a, 1, b, 1));
  CHECK_FALSE(mk::connect(a, 0, b, 0));
  CHECK_FALSE(mk::connect(a, 1, b, 2));
  CHECK_FALSE(mk::connect(a, 3, b, 0));
  std::atomic<int> heard{0};
  mk::listen(b, 1, [&](const mk::Output& o) { heard += int(std::get<int64_t>(o.atoms.at(0))); });
  CHECK(mk::send(a, "3"));
  CHECK(sent(b) == Strings{"1 int 3"});
  CHECK(heard == 3);
  mk::connect(b, 1, a, 0);  // feeds back
  CHECK(mk::send(a, "1"));
  CHECK(complaint() == "stack overflow");
  mk::disconnect(b, 1, a, 0);
  CHECK(mk::destroy(b));
  CHECK(mk::send(a, "3"));
  CHECK(mk::take_violations().empty());
}

TEST_CASE_METHOD(Kernel, "every thread knows which it is") {
  auto* const x = mk::create("probe~");
  CHECK(mk::send(x, "thread"));
  CHECK(mk::send_on_scheduler(x, "thread"));
  std::thread([&] { mk::send(x, "thread"); }).join();
  const auto outputs = mk::outputs(x);
  CHECK(outputs.at(1).thread == mk::Thread::scheduler);
  CHECK(sent(x) == Strings{"1 thread 1 0 0 0", "1 thread 0 1 0 1", "1 thread 0 0 0 0"});
}

TEST_CASE_METHOD(Kernel, "clocks fire on the scheduler, qelems and defers on the main thread") {
  auto* const x = mk::create("probe~");
  mk::send(x, "clock 5");
  CHECK(mk::run_main_until([&] { return !mk::outputs(x).empty(); }));
  CHECK(mk::outputs(x)[0].thread == mk::Thread::scheduler);
  CHECK(sent(x) == Strings{"1 tick"});
  mk::send(x, "clock 20, unclock");
  mk::run_main(40);
  CHECK(sent(x).empty());

  mk::send_on_scheduler(x, "qelem, qelem");
  CHECK(sent(x).empty());
  mk::run_main(1);
  CHECK(mk::outputs(x).at(0).thread == mk::Thread::main);
  CHECK(sent(x) == Strings{"1 tock"});
  mk::send(x, "qelem, unqelem");
  mk::run_main(1);
  CHECK(sent(x).empty());

  mk::send(x, "defer 1");
  CHECK(sent(x) == Strings{"1 deferred 1"});
  mk::send(x, "deferlow 1, usurped 2");
  CHECK(sent(x).empty());
  mk::send_on_scheduler(x, "defer 3");
  mk::run_main(1);
  CHECK(sent(x) == Strings{"1 deferred 3", "1 deferred 1", "1 deferred 2"});
  mk::send_later(x, "bang", 0, 5);
  CHECK(mk::run_main_until([&] { return mk::outputs(x).size() == 1; }));
  CHECK_FALSE(mk::run_main_until([] { return false; }, 5));
  CHECK(mk::take_violations().empty());
}

TEST_CASE_METHOD(Kernel, "the console keeps who said what") {
  auto* const x = mk::create("probe~");
  mk::send(x, "say hello");
  const auto lines = mk::take_console();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].object == nullptr);
  CHECK(lines[1].object == x);
  CHECK(lines[2].kind == mk::Line::warning);
  CHECK(lines[3].kind == mk::Line::error);
  CHECK(lines[3].text == "hello");
  CHECK(mk::take_console().empty());
}

TEST_CASE_METHOD(Kernel, "what is freed is not used") {
  auto* const x = mk::create("probe~");
  for (const auto* what : {"clock", "qelem", "freed"}) {
    mk::send(x, std::string("wrong ") + what);
    CHECK(violation() == "use-after-free");
  }
  mk::send(x, "wrong twice");
  CHECK(violation() == "double-free");
  mk::send(x, "wrong lacking");
  CHECK(complaint().find("doesn't understand \"nosuch\"") != std::string::npos);
  mk::send(x, "wrong later");
  mk::destroy(x);
  CHECK(mk::take_violations().empty());
  mk::run_main(1);
  CHECK(violation() == "use-after-free");
  CHECK_FALSE(mk::send(x, "bang"));
  CHECK(violation() == "use-after-free");
}

TEST_CASE_METHOD(Kernel, "what is left behind is told") {
  mk::send(mk::create("probe~"), "wrong leak");
  CHECK(mk::reset() == Strings{"clock"});
  CHECK(violation() == "leak");
  mk::create("probe~");
  CHECK(mk::reset().empty());
}
