"""help/mc.nn~.maxhelp and help/mcs.nn~.maxhelp: many sounds through one model at once."""

from __future__ import annotations

from .patcher import Box, Patcher
from .pieces import LEFT, column, page, section, sliders, speakers, tabs


def stereo(p: Patcher, source: Box, x: float, y: float, index: int = 0) -> None:
    """All channels of a multichannel signal, spread over two loudspeakers."""
    mixed, apart = p.obj("mc.mixdown~ 2", x, y), p.obj("mc.unpack~ 2", x, y + 32)
    p.cable((source, index), mixed)
    p.cable(mixed, apart)
    speakers(p, [(apart, 0), (apart, 1)], x, y + 74, room=170)


def shown(p: Patcher, source: Box, outlet: int, channels: int, x: float, y: float) -> None:
    """The value of each channel as a number."""
    apart = p.obj(f"mc.unpack~ {channels}", x, y, 82 * channels)
    p.cable((source, outlet), apart)
    for i in range(channels):
        left = round(apart.outlet(i)[0] - 9.5)
        value, number = p.obj("snapshot~ 200", left, y + 34), p.ui("flonum", left, y + 64)
        p.cable((apart, i), value)
        p.cable(value, number)


def basic() -> Patcher:
    p = page("basic", "mc.nn~", "many sounds through one model at once: each channel is a voice of its own")
    notes = p.obj("mc.saw~ @chans 4 @values 110 165 220 277", LEFT, 114)
    for x, text in ((30, "applyvalues 110 165 220 277"), (210, "applyvalues 55 82 110 138")):
        p.cable(p.msg(text, x, 76), notes)
    p.note("four voices in one cable", 60, 146)
    nn = p.obj("mc.nn~ effects saturate", LEFT, 300)
    p.cable(notes, nn)
    amount, setting = p.ui("flonum", 420, 80), p.msg("set gain_factor $1", 420, 112)
    p.chain(amount, setting, nn)
    p.note("drag: from 1 to 30", 484, 81)
    column(p, nn, ["method thru", "method invert", "method saturate", "enable 0", "enable 1"], 420, 146,
           notes=["as it is", "upside down", "bent", "rest", "and on"])  # fmt: skip
    stereo(p, nn, LEFT, 332)
    section(p, "The object", 492)
    p.note(
        "mc.nn~ model [method] [block] [inlets] [outlets]. An inlet for each signal that the method takes, an outlet "
        "for each that it makes, as nn~ has them. Channel j of every inlet is voice j, and so is channel j of every "
        "outlet. All voices are computed in one go, which is cheaper than as many objects. Messages and attributes are "
        "those of nn~, and chans.",
        24, 522, 750,
    )  # fmt: skip
    return p


def layout() -> Patcher:
    p = page("layout", "which channel goes where", "mc.nn~ demo_mc: the model answers with the number of the voice")
    voices = p.obj("mc.sig~ 0.5 @chans 4", LEFT, 84)
    p.note("four voices in the first inlet", 190, 85)
    nn = p.obj("mc.nn~ demo_mc batch", LEFT, 130, 300)
    p.cable(voices, nn)
    shown(p, nn, 0, 4, LEFT, 180)
    p.note("0 1 2 3: which voice\neach channel is", 450, 244)
    section(p, "chans: as many channels as you say", 296)
    two = p.obj("mc.sig~ 0.5 @chans 2", LEFT, 336)
    fixed = p.obj("mc.nn~ demo_mc identity @chans 4", LEFT, 376, 300)
    p.cable(two, fixed)
    shown(p, fixed, 0, 4, LEFT, 424)
    p.note("0.5 0.5 0 0: two voices, and two silent channels", 400, 489)
    p.note(
        "The number of voices is that of the inlet with the most channels. In inlets with fewer, the voices that are "
        "not there are silent. With chans 0, as at first, outlets have as many channels as there are voices; another "
        "number fixes it, so that cables behind the object keep their size. A change is heard when the audio is "
        "switched on again.",
        400, 330, 370,
    )  # fmt: skip
    for x, text in ((400, "chans 0"), (480, "chans 4")):
        p.cable(p.msg(text, x, 430), fixed, (x + 9, 455), (380, 455), (380, 368), (60, 370))
    return p


def loading(kind: str) -> Patcher:
    p = page("loading", "loading, answers", "models, methods and what the object tells")
    made = f"{kind} void 2 2 @dumpout 1" if kind == "mc.nn~" else f"{kind} void 2 @dumpout 1"
    nn = p.obj(made, LEFT, 350, 240)
    source = p.obj("mc.saw~ 110 @chans 2" if kind == "mc.nn~" else "mc.saw~ 110 @chans 3", LEFT, 84)
    p.cable(source, nn)
    first = [
        "load effects thru",
        "load effects midside",
        "load demo_mc identity",
        "method channel",
        "reload",
        "reset",
        "bang",
        "dump",
    ]
    column(p, nn, first, 300, 84, step=30)
    second = ["get_methods", "get_attributes", "get gain_factor", "get_latency", "stats", "bufsize 4096"]
    for i, text in enumerate(second):
        box = p.msg(text, 560, 84 + 28 * i)
        p.cable(box, nn, (569, 84 + 28 * i + 24), (540, 84 + 28 * i + 26), (540, 340), (60, 343))
    p.note("The old model plays until the new one is ready.", 300, 354, 300)
    out = p.obj("print dump", 300, 380)
    p.cable((nn, 2), out)
    section(p, "Everything else", 440)
    p.note(
        "Attributes of a model, buffers, latency and late blocks work as in nn~: see its help. A model serves as many "
        "voices as it was exported for; RAVE files take 64 at most. Voices have their own memory, so a voice that "
        "joins starts fresh.",
        24, 470, 750,
    )  # fmt: skip
    return p


def mc() -> Patcher:
    return tabs("mc.nn~", [basic(), layout(), loading("mc.nn~")])


def mcs_basic() -> Patcher:
    p = page("basic", "mcs.nn~", "all signals of a model in one cable")
    left, right = p.obj("saw~ 110", LEFT, 80), p.obj("noise~", 120, 80)
    quiet = p.obj("*~ 0.2", 120, 112)
    p.cable(right, quiet)
    both = p.obj("mc.pack~ 2", LEFT, 150, 110)
    p.cable(left, both)
    p.cable(quiet, (both, 1))
    nn = p.obj("mcs.nn~ effects midside", LEFT, 320)
    p.cable(both, nn)
    p.note("left and right go in as two channels of one cable,\nmid and side come out so", 210, 112)
    column(p, nn, ["method midside", "method add", "method thru", "enable 0", "enable 1"], 420, 150,
           notes=["two in, two out", "two in, one out", "one in, one out", "rest", "and on"])  # fmt: skip
    stereo(p, nn, LEFT, 350)
    section(p, "The object", 516)
    p.note(
        "mcs.nn~ model [method] [voices] [block]. An inlet and an outlet for each voice, one when left out. In a cable "
        "are all signals of that voice: channel c of an inlet is input c of the model, channel c of an outlet its "
        "output c. What comes in too much is ignored, what is missing is silent. Messages and attributes are those of "
        "nn~, and chans, which fixes the number of channels of the outlets.",
        24, 542, 750,
    )  # fmt: skip
    return p


def mcs_layout() -> Patcher:
    p = page("layout", "which channel goes where", "mcs.nn~ demo_mc: the model answers with the number of the channel")
    three = p.obj("mc.sig~ 0.5 @chans 3", LEFT, 84)
    nn = p.obj("mcs.nn~ demo_mc channel 2", LEFT, 140, 360)
    p.cable(three, nn)
    p.cable(three, (nn, 1))
    p.note("two voices of three signals each", 190, 85)
    shown(p, nn, 0, 3, LEFT, 200)
    shown(p, nn, 1, 3, 371, 200)
    p.note("0 1 2 in both: which signal of its voice each channel is", 30, 296)
    section(p, "chans", 340)
    fixed = p.obj("mcs.nn~ demo_mc identity @chans 4", LEFT, 420, 220)
    p.cable(p.obj("mc.sig~ 0.5 @chans 3", LEFT, 380), fixed)
    for x, text in ((280, "chans 0"), (360, "chans 4")):
        p.cable(p.msg(text, x, 380), fixed, (x + 9.5, 410), (60, 412))
    shown(p, fixed, 0, 4, LEFT, 464)
    p.note(
        "Without chans an outlet has as many channels as the model has outputs when the object is made. With chans 4 "
        "it has four, whatever the method: what the model does not fill is silent.",
        400, 430, 370,
    )  # fmt: skip
    return p


def mcs_latents() -> Patcher:
    p = page("latents", "latents in one cable", "a RAVE file: encoder, sliders, decoder")
    ask, chosen, both = p.ui("button", 30, 76), p.obj("opendialog", 30, 110), p.obj("t l l", 30, 144)
    p.note("choose a RAVE file (.ts)", 58, 78)
    decoding, encoding = p.msg("load $1 decode", 30, 178), p.msg("load $1 encode", 170, 178)
    p.chain(ask, chosen, both, decoding)
    p.cable((both, 1), encoding)
    p.cable(decoding, p.obj("send nn_mcs_decode", 30, 212))
    encoder = p.obj("mcs.nn~ void @chans 8 @late hold", 210, 260, 210)
    p.cable(encoding, encoder)
    sound, quiet = p.obj("noise~", 300, 110), p.obj("*~ 0.1", 300, 144)
    p.chain(sound, quiet)
    p.cable(quiet, encoder, (309.5, 200), (219.5, 250))
    moved = p.obj("mc.+~", 210, 320, 240)
    p.cable(encoder, moved)
    panel = sliders(p, 8, 430, 76)
    p.cable(panel, (moved, 1))
    decoder = p.obj("mcs.nn~ void @chans 2", 210, 380, 210)
    p.cable(moved, decoder)
    p.cable(p.obj("receive nn_mcs_decode", 30, 340), decoder)
    apart = p.obj("mc.unpack~ 2", 210, 420)
    p.cable(decoder, apart)
    speakers(p, [(apart, 0), (apart, 1)], 210, 460, room=170)
    p.note(
        "chans 8 for eight latents: say as many as your model has. A file with fewer or more works all the same; what "
        "the decoder does not take is ignored. A mono model fills the first channel only.",
        470, 330, 310,
    )  # fmt: skip
    return p


def mcs() -> Patcher:
    return tabs("mcs.nn~", [mcs_basic(), mcs_layout(), mcs_latents(), loading("mcs.nn~")])


def patches() -> list[Patcher]:
    return [mc(), mcs()]
