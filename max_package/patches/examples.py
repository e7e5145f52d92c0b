"""examples/: patches to start from."""

from __future__ import annotations

from .help_mc import stereo
from .patcher import Box, Patcher
from .pieces import LEFT, column, page, section, sliders, speakers


def effects() -> Patcher:
    p = page("nn.effects", "effects", "three effects of one model in a row, and their level", 800, 560)
    sound, loud = p.obj("saw~ 55", LEFT, 80), p.obj("*~ 0.3", LEFT, 114)
    drive, curve, fold = (p.obj(f"nn~ effects {name} 1024", LEFT, y) for name, y in
                          (("saturate", 210), ("polynomial", 310), ("fractalize", 410)))  # fmt: skip
    p.chain(sound, loud, drive, curve, fold)
    amount, gain = p.ui("flonum", 300, 100), p.msg("set gain_factor $1", 300, 130)
    p.chain(amount, gain, drive)
    p.note("1. drive: drag from 1 to 30", 364, 101)
    column(p, curve, ["set polynomial_factors 1 0 0 0", "set polynomial_factors 0.2 0 0.8 0"], 300, 228,
           notes=["2. nothing happens", "the third harmonic"])  # fmt: skip
    column(p, fold, ["set fractal 2 0.", "set fractal 4 0.5", "set fractal 8 0.7"], 300, 318, step=28,
           notes=["3. not folded", "four layers", "eight"])  # fmt: skip
    speakers(p, [fold], LEFT, 456)
    level, value, shown = p.obj("nn~ effects rms", 420, 446), p.obj("snapshot~ 50", 420, 480), p.ui("flonum", 420, 514)
    p.cable(fold, level)
    p.chain(level, value, shown)
    p.note("its level, measured by the same model", 486, 515)
    return p


def _file(p: Patcher, name: str, first: str, second: str) -> Box:
    """A dialogue for a file, and `load` for two objects; returns the message for the first of them."""
    ask, chosen, both = p.ui("button", 30, 80), p.obj("opendialog", 30, 114), p.obj("t l l", 30, 148)
    p.note("choose a RAVE file (.ts)", 58, 82)
    later, now = p.msg(f"load $1 {second}", 30, 182), p.msg(f"load $1 {first}", 230, 182)
    p.chain(ask, chosen, both, later)
    p.cable((both, 1), now)
    p.cable(later, p.obj(f"send {name}", 30, 216))
    return now


def playground() -> Patcher:
    p = page(
        "nn.playground",
        "latent playground",
        "what a RAVE file makes of your sound, shifted by sliders that drift",
        860,
        640,
    )
    encoding = _file(p, "nn_playground_decode", "encode", "decode")
    sound = p.ui("ezadc~", 310, 80, parameter_enable=0)
    p.note("the microphone: headphones on", 364, 92, 80)
    encoder = p.obj("mcs.nn~ void @chans 16 @late hold", 220, 270, 220)
    p.cable(encoding, encoder)
    p.cable(sound, encoder, (319.5, 140), (214, 160), (214, 250), (229.5, 262))
    panel = sliders(p, 16, 470, 76)
    moved = p.obj("mc.+~", 220, 340, 270)
    p.cable(encoder, moved)
    p.cable(panel, (moved, 1))
    decoder = p.obj("mcs.nn~ void @chans 2", 220, 400, 220)
    p.cable(moved, decoder)
    p.cable(p.obj("receive nn_playground_decode", 30, 360), decoder)
    apart = p.obj("mc.unpack~ 2", 220, 440)
    p.cable(decoder, apart)
    speakers(p, [(apart, 0), (apart, 1)], 220, 486, room=170)
    p.note(
        "Sixteen sliders: a model that has fewer latents ignores the rest. Turn drift up a little and leave it alone; "
        "store a sound you like, find another, and drag morph from 1 to 2. Without a sound in front, the sliders alone "
        "make one.",
        510, 330, 320,
    )  # fmt: skip
    return p


def prior() -> Patcher:
    p = page(
        "nn.prior",
        "prior into decoder",
        "a prior invents latents, the decoder of the same file makes them sound",
        860,
        640,
    )
    inventing = _file(p, "nn_prior_decode", "prior", "decode")
    warm = p.ui("flonum", 330, 120)
    temperature = p.obj("sig~ 1.", 330, 160)
    p.cable(warm, temperature)
    p.note("temperature: 1 as learned, more is wilder", 396, 121)
    inventor = p.obj("mcs.nn~ void @chans 16 @late hold", 220, 270, 220)
    p.cable(inventing, inventor)
    p.cable(temperature, inventor, (339.5, 220), (229.5, 262))
    decoder = p.obj("mcs.nn~ void @chans 2", 220, 360, 220)
    p.cable(inventor, decoder)
    p.cable(p.obj("receive nn_prior_decode", 30, 310), decoder)
    apart = p.obj("mc.unpack~ 2", 220, 410)
    p.cable(decoder, apart)
    speakers(p, [(apart, 0), (apart, 1)], 220, 456, room=170)
    p.note("The file must have been exported with a prior. What the prior takes is up to the model; RAVE's takes the "
           "temperature. late hold repeats the last latents when a block is late.", 510, 270, 320)  # fmt: skip
    return p


def voices() -> Patcher:
    p = page("nn.voices", "many voices", "eight voices through one model, in one go", 800, 560)
    pitches = p.obj("mc.cycle~ @chans 8", LEFT, 130)
    for x, text in ((30, "harmonic 110"), (140, "deviate 300 200"), (270, "spread 100 400")):
        p.cable(p.msg(text, x, 80), pitches)
    p.note("harmonics, chance, steps: eight frequencies", 390, 81)
    nn = p.obj("mc.nn~ effects saturate 512", LEFT, 230)
    p.cable(pitches, nn)
    amount, setting = p.ui("flonum", 360, 130), p.msg("set gain_factor $1", 360, 164)
    p.chain(amount, setting, nn)
    p.note("for all voices together: they share the attributes of the model", 424, 131)
    stereo(p, nn, LEFT, 290)
    section(p, "One model, one call", 456)
    p.note("The same with eight objects nn~ would call the model eight times for each block. Here it is called once "
           "with eight voices, each of which has its own memory in the model.", 24, 488, 750)  # fmt: skip
    return p


def listening() -> Patcher:
    p = page("nn.listening", "listening", "brightness and noisiness of one sound steer another", 800, 560)
    dark, bright, mix = p.obj("noise~", LEFT, 80), p.obj("tri~ 220", 120, 80), p.obj("selector~ 2 1", LEFT, 140, 190)
    p.cable(dark, (mix, 1))
    p.cable(bright, (mix, 2))
    for x, text in ((230, "1"), (270, "2")):
        p.cable(p.msg(text, x, 80), mix, (x + 9, 120), (60, 128))
    p.note("1: noise, 2: a triangle", 312, 81)
    centre, flat = p.obj("nn~ features centroid 1024", LEFT, 220), p.obj("nn~ features flatness 1024", 400, 220)
    p.cable(mix, centre)
    p.cable(mix, flat)
    for source, x, said in ((centre, 200, "Hz: where most of it is"), (flat, 570, "0: a tone, 0.56: noise")):
        value, shown = p.obj("snapshot~ 50", x, 270), p.ui("flonum", x, 304)
        p.cable(source, value)
        p.cable(value, shown)
        p.note(said, x, 330, 150)
    follow, soft = p.obj("cycle~ 220", LEFT, 300), p.obj("*~ 0.3", LEFT, 340)
    p.chain(centre, follow, soft)
    p.note("an oscillator that follows the brightness", 60, 372, 300)
    speakers(p, [soft], LEFT, 420)
    return p


def patches() -> list[Patcher]:
    return [effects(), playground(), prior(), voices(), listening()]
