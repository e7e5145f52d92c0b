// buffer~, dictionaries, arrays, files.
#include <filesystem>
#include <fstream>

#include "test_kernel.h"

TEST_CASE_METHOD(Kernel, "a buffer is followed through its life") {
  auto* const x = mk::create("probe~");
  mk::send(x, "set sound, buffer");
  CHECK(sent(x) == Strings{"1 nobuffer"});
  mk::create_buffer("sound", 2, 3, 44100);
  mk::send(x, "buffer");
  CHECK(sent(x) == Strings{"1 notify globalsymbol_binding", "1 buffer sound 2 3 44100."});
  mk::write_buffer("sound", {1, 2, 3}, 2);
  CHECK(sent(x) == Strings{"1 notify buffer_modified"});
  mk::send(x, "peek 3, poke 0 0.5");
  CHECK(sent(x) == Strings{"1 float 2.", "1 notify buffer_modified"});
  CHECK(mk::read_buffer("sound") == std::vector<float>{0.5, 0, 1, 2, 3, 0});
  CHECK(mk::buffer_dirtied("sound") == 1);
  mk::resize_buffer("sound", 1, 10);
  mk::send(x, "buffer");
  CHECK(sent(x) == Strings{"1 notify buffer_modified", "1 buffer sound 1 10 44100."});
  mk::rename_buffer("sound", "other");
  mk::send(x, "buffer, set other, buffer");
  CHECK(sent(x).back() == "1 buffer other 1 10 44100.");
  mk::free_buffer("other");
  mk::send(x, "buffer");
  CHECK(sent(x) == Strings{"1 notify globalsymbol_unbinding", "1 nobuffer"});
  CHECK_FALSE(mk::has_buffer("other"));
  CHECK(mk::take_violations().empty());
}

TEST_CASE_METHOD(Kernel, "a buffer without its lock, and without its notifications") {
  auto* const x = mk::create("probe~");
  mk::create_buffer("sound", 1, 4);
  mk::send(x, "set sound, poke 0 1, pokelate 1 2");
#if !defined(__SANITIZE_ADDRESS__)
  mk::read_buffer("sound");
  mk::free_buffer("sound");
  CHECK(violation() == "buffer-without-lock");
  mk::create_buffer("sound", 1, 4);
#endif
  mk::send(x, "wrong deaf");
  mk::free_buffer("sound");
  mk::take_violations();
  mk::send(x, "buffer");
  CHECK(violation() == "use-after-free");
}

TEST_CASE_METHOD(Kernel, "dictionaries by name") {
  auto* const x = mk::create("probe~");
  mk::create_dictionary("settings", R"({"a": 1, "b": [0.5, "x"], "c": {"d": 1, "e": 2}})");
  mk::send(x, "dictionary settings, dictionary nosuch");
  CHECK(sent(x) == Strings{"1 a 1", "1 b 0.5 x", "1 inner c 2", "1 nodictionary"});
  mk::connect(x, 1, x, 0);  // what it makes is there while it is sent
  mk::send(x, "makedict made");
  const auto lines = sent(x);
  CHECK(lines[0] == "1 dictionary made");
  CHECK(lines[1] == "1 whole 3");
  CHECK(lines[4] == "1 inner inner 1");
  CHECK(mk::dictionary_json("made").empty());
  mk::disconnect(x, 1, x, 0);
  mk::take_violations();
  mk::send(x, "wrong careless, dictionary settings");
  mk::reset();
  CHECK_FALSE(mk::violations().empty());
}

TEST_CASE_METHOD(Kernel, "arrays by name") {
  auto* const x = mk::create("probe~");
  mk::create_array("numbers", {int64_t(1), 0.5, std::string("x")});
  mk::send(x, "array numbers, array nosuch");
  CHECK(sent(x) == Strings{"1 list 1 0.5 x", "1 noarray"});
  CHECK(mk::text(*mk::array("numbers")) == "1 0.5 x");
  mk::free_array("numbers");
  CHECK_FALSE(mk::array("numbers"));
  CHECK(mk::take_violations().empty());
}

TEST_CASE_METHOD(Kernel, "files are found and dropped") {
  const auto folder = std::filesystem::temp_directory_path() / "max_kernel_files" / "deep";
  std::filesystem::create_directories(folder);
  const auto file = (folder / "a sound.wav").string();
  std::ofstream(file) << "x";
  auto* const x = mk::create("probe~");
  mk::send(x, "locate \"a sound.wav\"");
  mk::add_search_path(folder.parent_path().string());
  mk::send(x, "locate \"a sound.wav\"");
  CHECK(sent(x) == Strings{"1 nofile", "1 file \"" + file + '"'});
  CHECK(mk::drop_file(x, file, {"audiofile"}));
  CHECK(sent(x) == Strings{"1 file \"" + file + '"'});
  CHECK_FALSE(mk::drop_file(x, file, {"textfile"}));
  CHECK_FALSE(mk::drop_file(x, file, {"audiofile"}, false));
  std::filesystem::remove_all(folder.parent_path());
}

TEST_CASE_METHOD(Kernel, "objects notify each other and call themselves") {
  auto *const a = mk::create("probe~"), *const b = mk::create("probe~"),
              *const c = mk::create("probe~");
  mk::send(b, "watch one");
  mk::send(a, "register one");
  mk::send(c, "watch one");
  CHECK(sent(b) == Strings{"1 notify subscribe_attach"});
  CHECK(sent(c) == Strings{"1 notify subscribe_attach"});
  mk::send(a, "announce");
  CHECK(sent(b) == Strings{"1 notify announced", "1 notify attr_modified"});
  mk::destroy(c);
  mk::send(a, "announce, self");
  CHECK(sent(a) == Strings{"1 typed 1 0.5 self", "1 int 4", "1 float 0.125"});
  CHECK(mk::take_violations().empty());
}
