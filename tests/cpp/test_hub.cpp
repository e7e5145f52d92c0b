// The pure parts of the model hub: names, addresses, the list. The network is tested from Python.
#include <catch2/catch.hpp>
#include <string>

#include "nn/hub.h"

using nn::Error;

TEST_CASE("A card is exactly source/type/name", "[hub]") {
  const auto card = nn::parse_card("ircam/vschaos2/ordinario_8192");
  CHECK(card.source == "ircam");
  CHECK(card.type == "vschaos2");
  CHECK(card.name == "ordinario_8192");
  CHECK(card.str() == "ircam/vschaos2/ordinario_8192");

  for (const char* bad :
       {"", "isis", "rave/isis", "a/b/c/d", "/rave/isis", "ircam//isis", "ircam/rave/", "../../etc",
        "a/../b", "a/b/..", "a/b/.hidden", "a\\b/c/d", "a/b/c\n", "a/b/c:d", "a/b/nul", "a/b/ c",
        "a/b/c ", "a/b/c?x=1/", "https://host/x"}) {
    INFO(bad);
    CHECK_THROWS_AS(nn::parse_card(bad), Error);
  }
}

TEST_CASE("A model's file name is harmless on every system", "[hub]") {
  CHECK(nn::model_file_name("isis") == "isis.ts");
  CHECK(nn::model_file_name("isis.ts") == "isis.ts");
  CHECK(nn::model_file_name("Isis.TS") == "Isis.TS");
  CHECK(nn::model_file_name("isis.v2") == "isis.v2.ts");
  CHECK(nn::model_file_name("ts") == "ts.ts");
  CHECK(nn::model_file_name("voix parl\xC3\xA9"
                            "e (2)") ==
        "voix parl\xC3\xA9"
        "e (2).ts");
  CHECK(nn::model_file_name("console") == "console.ts");
  CHECK(nn::model_file_name("com10") == "com10.ts");
  CHECK(nn::model_file_name(std::string(177, 'x')).size() == 180);

  for (const char* bad :
       {"",    ".",   "..",   ".ts",    ".x",   "a/b",     "a\\b",   "../x",        "x.",    " x",
        "x ",  "-x",  "a\tb", "a\x7f",  "a:b",  "a*",      "a?",     "a\"b",        "a<b",   "a>b",
        "a|b", "con", "NUL",  "nul.ts", "Com1", "lpt9.v2", "aux .x", "com\xC2\xB9", "conin$"}) {
    INFO(bad);
    CHECK_THROWS_AS(nn::model_file_name(bad), Error);
  }
  CHECK_THROWS_AS(nn::model_file_name(std::string(181, 'x')), Error);
  CHECK_THROWS_AS(nn::model_file_name(std::string("a\0b", 3)), Error);
}

TEST_CASE("Malformed and invisible text is no name", "[hub]") {
  // Torn sequences, `/` in disguise, half a UTF-16 pair, past the end of Unicode.
  const std::string torn[] = {"\xFF", "\x80", "\xC3", "a\xE2\x82"};
  const std::string overlong[] = {"\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF"};
  const std::string outside[] = {"\xED\xA0\x80", "\xF4\x90\x80\x80"};
  // A C1 control, right-to-left override, zero width space, byte order mark.
  const std::string hidden[] = {"\xC2\x85", "a\xE2\x80\xAEst.exe", "a\xE2\x80\x8B",
                                "\xEF\xBB\xBFx"};
  for (const auto& bad : torn) CHECK_THROWS_AS(nn::model_file_name(bad), Error);
  for (const auto& bad : overlong) CHECK_THROWS_AS(nn::model_file_name(bad), Error);
  for (const auto& bad : outside) CHECK_THROWS_AS(nn::model_file_name(bad), Error);
  for (const auto& bad : hidden) CHECK_THROWS_AS(nn::model_file_name(bad), Error);
}

TEST_CASE("An error quotes a hostile name without its control characters", "[hub]") {
  try {
    nn::model_file_name("\x1b]0;owned\x07" + std::string(5000, 'x'));
    FAIL("accepted");
  } catch (const Error& error) {
    const std::string text = error.what();
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(text.size() < 200);
  }
}

TEST_CASE("Addresses are checked, completed and escaped", "[hub]") {
  CHECK(nn::models_url("https://h.org/api") == "https://h.org/api/available_models");
  CHECK(nn::models_url("HTTPS://h.org/api/") == "https://h.org/api/available_models");
  CHECK(nn::models_url("http://127.0.0.1:8080") == "http://127.0.0.1:8080/available_models");
  CHECK(nn::download_url("https://h.org/", "ircam/rave/isis") ==
        "https://h.org/download_model?model=ircam/rave/isis");
  CHECK(nn::download_url("https://h.org/", "a b/c&d=e/f+g#h%\xC3\xA9") ==
        "https://h.org/download_model?model=a%20b/c%26d%3De/f%2Bg%23h%25%C3%A9");

  for (const char* bad :
       {"", "h.org", "ftp://h.org/", "file:///etc/passwd", "https://", "https:///x",
        "https://user:secret@h.org/", "https://h.org/?q=", "https://h.org/#x", "https://h .org/",
        "https://h.org/\r\nX: y", "http:/h.org"}) {
    INFO(bad);
    CHECK_THROWS_AS(nn::models_url(bad), Error);
  }
}

TEST_CASE("The list becomes sorted cards with their information", "[hub]") {
  const auto cards = nn::parse_model_list(R"({
    "you": {"rave": {"b": {}, "a": {"rate": 44100, "ratio": 0.5, "live": true, "by": "I\u001b[2JRCAM",
                                    "tags": ["voice", 2, ["no"]], "none": null, "deep": {"x": 1}}}},
    "ircam": {"rave": {"isis": "a text"}},
    "..": {"rave": {"x": {}}}, "x": {"y": {"../../z": {}, "": {}}}, "odd": 3, "odder": {"t": []}
  })");
  REQUIRE(cards.size() == 3);
  CHECK(cards[0].str() == "ircam/rave/isis");
  CHECK(cards[0].info.empty());
  CHECK(cards[1].str() == "you/rave/a");
  CHECK(cards[2].str() == "you/rave/b");
  const auto& info = cards[1].info;
  CHECK(info.size() == 5);
  CHECK(info.at("rate") == "44100");
  CHECK(info.at("ratio") == "0.5");
  CHECK(info.at("live") == "true");
  CHECK(info.at("by") == "I [2JRCAM");
  CHECK(info.at("tags") == "voice, 2");
  CHECK(nn::parse_model_list(" {} ").empty());
}

TEST_CASE("Anything else is not a list, and nothing crashes", "[hub]") {
  std::string deep = R"({"a": {"b": {"c": {"d": )";
  deep += std::string(200000, '[') + std::string(200000, ']') + "}}}}";
  CHECK(nn::parse_model_list(deep).size() == 1);

  for (const char* bad :
       {"", "  ", "null", "3", "[]", "{", "{\"a\": ", "\"text\"", "{} x", "not found",
        "<!DOCTYPE html><html></html>", "\xFF\xFE{}", "{\"detail\": \"Not found\"}"}) {
    INFO(bad);
    CHECK_THROWS_AS(nn::parse_model_list(bad), Error);
  }
  CHECK_THROWS_WITH(nn::parse_model_list("\n<html>"), Catch::Contains("web page"));
}
