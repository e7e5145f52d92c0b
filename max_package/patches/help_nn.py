"""help/nn~.maxhelp"""

from __future__ import annotations

from .patcher import Box, Patcher
from .pieces import LEFT, column, menu, page, section, sliders, speakers, tabs

NAME = "nn~"


def source(patcher: Patcher, y: float, x: float = LEFT) -> Box:
    """Noise, a sine or a saw, as a menu says; the box they come out of is 74 pixels below y."""
    chosen = menu(patcher, ["noise", "sine", "saw"], x, y, 70)
    number = patcher.obj("+ 1", x, y + 34)
    select = patcher.obj("selector~ 3 1", x, y + 74, 280)
    patcher.chain(chosen, number, select)
    for i, text in enumerate(("noise~", "cycle~ 110", "saw~ 55")):
        sound = patcher.obj(text, x + 87 * (i + 1), y + 34)
        patcher.cable(sound, (select, i + 1))
    patcher.note("choose a sound", x + 78, y + 1)
    return select


def basic() -> Patcher:
    p = page("basic", NAME, "plays a neural audio model, a file that ends in .ts, on live audio")
    sound = source(p, 76)
    nn = p.obj("nn~ effects saturate", LEFT, 300)
    p.cable(sound, nn)
    amount = p.ui("flonum", 420, 80)
    setting = p.msg("set gain_factor $1", 420, 110)
    p.chain(amount, setting, nn)
    p.note("drag: from 1 to 30, the louder the rounder", 484, 81)
    column(
        p, nn, ["set saturate_mode clip", "set saturate_mode tanh", "reset", "enable 0", "enable 1"], 420, 146,
        notes=["cut off what is too loud", "bend it (as at first)", "as in the file", "rest: silence, no work", "and "
                    "on"],
    )  # fmt: skip
    speakers(p, [nn], LEFT, 350)
    scope = p.ui("scope~", 420, 332, 180, 100)
    p.cable(nn, scope)
    section(p, "The object", 446)
    p.note(
        "nn~ model [method] [block] [inlets] [outlets]. effects is one of the models that come with the package; your "
        "own lie in the folder models of the package or anywhere on Max's search path. method: what the model shall "
        "do, forward when left out. block: how many samples it computes at once; when left out, what the model wants. "
        "There is an inlet for each signal that the method takes, and an outlet for each that it makes.",
        24, 476, 750,
    )  # fmt: skip
    return p


def methods() -> Patcher:
    p = page("methods", "methods", "a model can do several things, each with inlets and outlets of its own")
    sound = source(p, 76)
    nn = p.obj("nn~ effects thru @dumpout 1", LEFT, 310, 180)
    p.cable(sound, nn)
    column(
        p, nn, ["get_methods", "method thru", "method invert", "method saturate", "method polynomial", "method "
                    "rms"], 420, 104,
        notes=[
            "what can it do? (dump outlet and console)", "the sound as it is", "upside down", "bent", "a curve of 4 "
                        "numbers",
            "the level, 1024 samples at a time",
        ],
    )  # fmt: skip
    speakers(p, [nn], LEFT, 360)
    out = p.obj("print nn~", 420, 360)
    p.cable((nn, 1), out)
    p.note("@dumpout 1 adds an outlet for what the object has to tell", 420, 390)
    section(p, "Each method in an object of its own", 446)
    p.note("Objects that name the same model share it: it is in memory once.", 24, 474)
    for x, text, said in (
        (24, "nn~ effects add", "2 inlets, 1 outlet"),
        (280, "nn~ effects midside", "2 inlets, 2 outlets"),
        (540, "nn~ features centroid", "brightness in Hz"),
    ):
        made = p.obj(text, x, 500)
        p.note(said, x + made.rect[2] + 6, 501)
    return p


def loading() -> Patcher:
    p = page("loading", "loading", "another model while the sound goes on")
    sound = source(p, 76)
    nn = p.obj("nn~ void 2 2 @dumpout 1", LEFT, 300, 240)
    p.cable(sound, nn)
    p.cable(sound, (nn, 1))
    column(
        p, nn, ["load effects midside", "load demo_attributes", "load effects thru", "reload", "bang"], 420, 104,
        notes=["two in, two out", "one in, two out", "the old one plays until the new is ready",
               "the file as it is on disk now", "all about the object, at the dump outlet"],
    )  # fmt: skip
    p.note("void: starts without a model,\nhere with 2 inlets and 2 outlets", 290, 298)
    speakers(p, [(nn, 0), (nn, 1)], LEFT, 360)
    out = p.obj("print void", 620, 360)
    p.cable((nn, 2), out, (250, 340), (629, 340))
    section(p, "Models from the internet", 446)
    empty = p.obj("nn~", 24, 520)
    for x, text in (
        (90, "print_available_models"),
        (260, "download ircam/rave/isis"),
        (430, "remove isis"),
        (530, "delete isis"),
    ):
        p.cable(p.msg(text, x, 480), empty, (x + 9, 511), (33.5, 511))
    p.note(
        "They go into the folder models of the package; the console tells what happens.\nremove and delete mean the "
        "same.",
        110,
        526,
        500,
    )
    return p


def attributes() -> Patcher:
    p = page("attributes", "attributes", "the settings of a model: numbers, words, switches")
    nn = p.obj("nn~ demo_attributes forward @dumpout 1", LEFT, 330, 260)
    for x, kind, text in ((30, "number", "attr_int"), (180, "flonum", "attr_float"), (340, "toggle", "attr_bool")):
        value = p.ui(kind, x, 76)
        setting = p.msg(f"set {text} $1", x, 106)
        p.cable(value, setting)
        p.cable(setting, nn, *([] if x == 30 else [(x + 9.5, 140), (48 + x / 20, 170)]))
    sets = ["set attr_str pear", "set attr_enum goose", "set attr_list 3 you 0.5 1"]
    column(
        p,
        nn,
        sets,
        180,
        160,
        notes=["a word", "one of a few words; others are refused", "as many values as it has elements"],
    )
    column(p, nn, ["get attr_int", "get attr_list", "get_attributes"], 560, 238)
    p.note("set name values: one value for each element", 490, 107)
    p.note("get name: answers on the console and at the dump outlet", 668, 240, 120)
    for i, x in enumerate((30, 150)):
        meter, shown = p.obj("snapshot~ 100", x, 380), p.ui("flonum", x, 410)
        p.cable((nn, i), meter)
        p.cable(meter, shown)
        p.note(("attr_int", "attr_float")[i], x, 436)
    taken, ready, shown = p.obj("route get", 330, 380), p.obj("prepend set", 330, 410), p.msg("", 330, 440, 200)
    p.cable((nn, 2), taken)
    p.chain(taken, ready, shown)
    p.note("the model plays two of them as signals", 30, 458)
    section(p, "Two kinds of attributes", 484)
    p.note(
        "These belong to the model and are named by whoever made it. Those of the object, such as enable, late or "
        "latency, are set like those of any Max object: with a message, typed behind @, or in the inspector.",
        24, 514, 750,
    )  # fmt: skip
    return p


def buffers() -> Patcher:
    p = page("buffers", "buffers & arrays", "a sound or a curve inside a model")
    section(p, "A buffer~ for an attribute of type buffer", 70, 20, 372)
    p.obj("buffer~ nn_help_sound @samps 1024", 30, 112)
    fill = p.obj("buffer~ nn_help_sound", 30, 182)
    for x, text in ((30, "fill sin 4"), (110, "fill sin 16"), (200, "fill 0")):
        p.cable(p.msg(text, x, 146), fill)
    loud = p.obj("nn~ demo_buffers loudness", 30, 340)
    for y, text, said in (
        (222, "set buf nn_help_sound", "give the sound to the model"),
        (252, "track_buffers 1", "and again when it changes"),
        (282, "track_buffers 0", "or not"),
    ):
        p.cable(p.msg(text, 60, y), loud, (69, y + 25), (39.5, y + 29))
        p.note(said, 214, y + 1)
    meter, shown = p.obj("snapshot~ 100", 30, 380), p.ui("flonum", 30, 414)
    p.chain(loud, meter, shown)
    p.note("how loud the buffer is: 0.707 for a full sine", 96, 415)
    section(p, "An array for an attribute of type tensor", 70, 408, 372)
    curve = p.ui("multislider", 418, 106, 250, 90, size=64, setminmax=[-1.0, 1.0], settype=0, setstyle=3, contdata=1)
    p.note("draw one\nperiod", 680, 130)
    array, named, setting = (
        p.obj("array", 500, 214),
        p.obj("route array", 500, 244),
        p.obj("prepend set wavetable", 500, 274),
    )
    p.cable(curve, array, (427.5, 204), (509.5, 206))
    p.chain(array, named, setting)
    phase = p.obj("phasor~ 110", 418, 304)
    table = p.obj("nn~ wavetable", 418, 340)
    p.cable(phase, table)
    p.cable(setting, table, (509.5, 330), (440, 334))
    p.note("array is in Max since 8.6", 570, 215)
    speakers(p, [table], 418, 380)
    section(p, "Names", 484)
    p.note(
        "A buffer takes the name of a buffer~; several names are its channels. A tensor takes the name of an array, or "
        "a number; it is read when it is set. What is in them is copied when it is set, so the model never waits for "
        "Max.",
        24, 514, 750,
    )  # fmt: skip
    return p


def latents() -> Patcher:
    p = page("latents", "latents", "what a RAVE file makes of a sound, bent by hand, and back to sound")
    ask = p.ui("button", 30, 80)
    p.note("choose a RAVE file (.ts)", 58, 82)
    chosen, both = p.obj("opendialog", 30, 116), p.obj("t l l", 30, 150)
    decoding, encoding = p.msg("load $1 decode", 30, 184), p.msg("load $1 encode", 170, 184)
    p.chain(ask, chosen, both, decoding)
    p.cable((both, 1), encoding)
    to_decoder = p.obj("send nn_help_decode", 30, 218)
    p.cable(decoding, to_decoder)
    sound = p.obj("noise~", 250, 116)
    quiet = p.obj("*~ 0.1", 250, 150)
    p.cable(sound, quiet)
    encoder = p.obj("nn~ void 1 8 2048 @late hold", 190, 258, 220)
    p.cable(encoding, encoder)
    p.cable(quiet, encoder, (259.5, 178), (300, 200), (300, 236))
    together = p.obj("mc.pack~ 8", 190, 296, 220)
    for i in range(8):
        p.cable((encoder, i), (together, i))
    panel = sliders(p, 8, 430, 76)
    moved = p.obj("mc.+~", 190, 334, 250)
    p.cable(together, moved)
    p.cable(panel, (moved, 1))
    p.note(
        "nn.latents: a slider for each latent, its own slow drift, and snapshots. What it makes is added to\n"
        "what the encoder heard.",
        460,
        300,
        320,
    )
    apart = p.obj("mc.unpack~ 8", 190, 372, 220)
    p.cable(moved, apart)
    decoder = p.obj("nn~ void 8 1 2048", 190, 410, 220)
    for i in range(8):
        p.cable((apart, i), (decoder, i))
    into = p.obj("receive nn_help_decode", 30, 340)
    p.cable(into, decoder)
    speakers(p, [decoder], 190, 454)
    p.note("forward is encode and decode in one. Latents are signals that change once per 2048 samples, or whatever "
           "the model's ratio is. late hold repeats the last ones when a block is late. One cable instead of eight: "
           "mcs.nn~.",
           460, 372, 320)  # fmt: skip
    return p


def latency() -> Patcher:
    p = page("latency", "latency & performance", "how long it takes, and what to do when a block is late")
    sound = source(p, 76)
    nn = p.obj("nn~ effects saturate 512 @dumpout 1", LEFT, 376, 240)
    p.cable(sound, nn)
    column(
        p, nn, ["get_latency", "latency tight", "latency standard", "bufsize 2048", "bufsize 512", "block -1"], 420, 92,
        step=28, notes=[
            "samples and milliseconds", "as short as this computer allows", "two blocks, less one vector",
            "a larger block: safer, later", "a smaller one", "as the model wants; 0: no thread",
        ],
    )  # fmt: skip
    column(
        p, nn, ["stats", "late silence", "late hold", "late bypass"], 420, 262, step=27,
        notes=["late blocks and load since the last time", "a late block is silent", "or repeats the last value", "or "
                    "is the input"],
    )  # fmt: skip
    speakers(p, [nn], LEFT, 412)
    out = p.obj("print nn~", 290, 412)
    p.cable((nn, 1), out)
    section(p, "When the model is too slow for one core", 506)
    slow = p.obj("nn~ effects saturate", 24, 570)
    for x, text in ((24, "accelerate 1"), (112, "precision exact"), (214, "precision half"), (308, "precision bf16"),
                    (410, "threads 2"), (484, "threads 1"), (558, "gpu 0"), (614, "offline "
                                "1"), (684, "dump")):  # fmt: skip
        p.cable(p.msg(text, x, 536), slow, (x + 9, 562), (33.5, 564))
    p.note(
        "more of each: docs of the package and the reference page. offline 1 waits for late blocks, for renderings.",
        160,
        571,
    )
    return p


def patch() -> Patcher:
    return tabs("nn~", [basic(), methods(), loading(), attributes(), buffers(), latents(), latency()])
