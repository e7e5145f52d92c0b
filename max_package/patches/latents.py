"""patchers/nn.latents.maxpat: sliders for latents, with drift and snapshots.

Inlet: a list sets the sliders; `range low high`, `drift amount`, `speed hertz`, `store slot`, `recall slot`, where a
slot between two numbers is between two snapshots. Outlets: the values as one multichannel signal, and as a list.
"""

from __future__ import annotations

from .patcher import Box, Patcher
from .pieces import INK, PALE, panel

SLOTS = 4
SIZE = (350, 210)  # of what a bpatcher shows


def patch() -> Patcher:
    p = Patcher("nn.latents", 1000, 670, openinpresentation=1)
    panel(p, 0, 0, 1, 1, PALE).present(0, 0, *SIZE)

    # What was typed behind the name: sliders, lowest and highest value.
    start = p.obj("patcherargs 8 -3. 3.", 30, 20)
    typed = p.obj("unpack 8 -3. 3.", 30, 54, 160)
    p.cable(start, typed)
    count = p.obj("t b i i i i", 30, 96, 180)
    p.cable(typed, count)
    inlet = p.ui("inlet", 400, 20, comment="a list, or range, drift, speed, store, recall")
    asked = p.obj("route range drift speed store recall", 400, 60, 440)
    p.cable(inlet, asked)

    low, high = p.ui("flonum", 230, 96), p.ui("flonum", 310, 96)
    p.cable((typed, 1), low)
    p.cable((typed, 2), high)
    bounds = p.obj("unpack 0. 0.", 400, 96)
    p.cable(asked, bounds)
    p.cable(bounds, low, (409.5, 124), (380, 124), (380, 90), (239.5, 90))
    p.cable((bounds, 1), high, (bounds.outlet(1)[0], 128), (376, 128), (376, 86), (319.5, 86))
    both = p.obj("pak -3. 3.", 230, 132)
    p.cable(low, both)
    p.cable(high, (both, 1))

    sliders = p.ui(
        "multislider", 30, 210, 300, 120, varname="sliders", size=8, setminmax=[-3.0, 3.0], setstyle=1, settype=0,
        contdata=1, slidercolor=INK,
    )  # fmt: skip
    size, limits = p.msg("size $1", 60, 166), p.msg("setminmax $1 $2", 230, 166)
    p.cable(both, limits)
    p.cable((count, 4), size, (200.5, 128), (200.5, 152), (69, 152))
    for message in (size, limits):
        p.cable(message, sliders)
    p.cable(count, sliders)
    p.cable((asked, 5), sliders, (830.5, 90), (830.5, 200), (339, 200))

    amount, drift, channels, counters = _drift(p)
    p.cable((asked, 1), amount)
    p.cable((asked, 2), counters[0])
    p.cable((count, 2), (counters[1], 1), (120, 138), (215, 138), (215, 190), (500, 190), (500, 232), (635, 232))
    p.cable((count, 3), (counters[2], 1), (160, 146), (222, 146), (222, 194), (490, 194), (490, 334), (660, 334))
    p.cable((count, 1), channels, (79.5, 142), (22, 142), (22, 440), (409, 446))

    # Sliders and drift together, within the range, as a signal and as a list.
    held = p.obj("zl.reg", 30, 482)
    p.cable(sliders, held)
    again = p.obj("t b l", 380, 516)
    p.cable(drift, again)
    p.cable(again, held, (389.5, 544), (370, 544), (370, 474), (39.5, 474))
    total = p.obj("vexpr $f1 + $f2 @scalarmode 1", 30, 550, 200)
    p.cable(held, total)
    p.cable((again, 1), (total, 1), (again.outlet(1)[0], 546), (240, 546), (220.5, 548))
    limited = p.obj("clip -3. 3.", 260, 550, 100)
    p.cable(total, limited, (39.5, 580), (245, 580), (245, 542), (269.5, 542))
    p.cable(low, (limited, 1), (239.5, 126), (216, 126), (216, 198), (350, 198), (350, 470), (310, 540))
    p.cable(high, (limited, 2), (319.5, 128), (356, 128), (356, 540), (350, 545))
    split = p.obj("t l l", 380, 580)
    p.cable(limited, split)
    signal, smooth = p.obj("mc.list~ @chans 8", 520, 550), p.obj("mc.rampsmooth~ 1024 1024", 520, 584)
    p.cable((split, 1), signal, (split.outlet(1)[0], 608), (450, 608), (450, 540), (529.5, 540))
    p.cable(channels, signal)
    p.cable(signal, smooth)
    first, second = p.ui("outlet", 520, 620, comment="multichannel signal"), p.ui("outlet", 580, 620, comment="list")
    p.cable(smooth, first)
    p.cable(split, second, (389.5, 612), (589.5, 612))

    sliders.present(10, 10, 330, 100)
    shown = {"lowest": low, "highest": high, "drift": amount, "speed": counters[0], "morph": _snapshots(p, asked)}
    for i, (label, box) in enumerate(shown.items()):
        x = (10, 70, 140, 200, 284)[i]
        box.present(x, 137, 54)
        p.note(label, 30 + 64 * i, 634, 56).present(x, 114)
    p.note("snapshots: store, recall; morph 1.5 is between 1 and 2", 620, 640).present(6, 162)
    for text, x, y in (
        ("1. what was typed", 160, 20),
        ("2. sliders, as saved in snapshots", 100, 380),
        ("3. drift", 694, 205),
        ("4. both, within the range", 30, 600),
        ("5. snapshots", 880, 54),
    ):
        p.note(text, x, y, textcolor=INK)
    return p


def _drift(p: Patcher) -> tuple[Box, Box, Box, list[Box]]:
    """Slow random motion: new goals now and then, and every 30 ms a step towards them.

    Returns the amount, what comes out, the number of channels, and the boxes that want a number: speed, two counts.
    """
    amount, speed = p.ui("flonum", 520, 126, minimum=0.0), p.ui("flonum", 660, 126, minimum=0.01)
    p.cable(p.obj("loadmess 0.3", 700, 92), speed)
    drifting, changed = p.obj("> 0.", 560, 166), p.obj("t b f", 460, 166)
    p.cable(amount, drifting)
    p.cable(amount, changed)
    frames, goals = p.obj("metro 30", 520, 204), p.obj("metro 3000", 600, 204)
    p.cable(drifting, frames)
    p.cable(drifting, goals)
    period, step = p.obj("!/ 1000.", 660, 166), p.obj("* 0.19", 760, 166)
    p.cable(speed, period)
    p.cable(speed, step)
    p.cable(period, (goals, 1))
    each, dice = p.obj("uzi 8", 600, 238), p.obj("random 2001", 600, 272)
    scaled, group = p.obj("expr $i1 / 1000. - 1.", 600, 306), p.obj("zl.group 8", 600, 340)
    p.chain(goals, each, dice, scaled, group)
    state = p.obj("zl.reg 0.", 520, 374)
    moved = p.obj("vexpr $f1 + $f3 * ($f2 - $f1) @scalarmode 1", 520, 410, 290)
    p.cable(frames, state)
    p.cable(changed, state, (469.5, 360), (529.5, 368))
    p.cable(state, moved)
    p.cable(group, (moved, 1))
    p.cable(step, (moved, 2), (769.5, 360), (800.5, 400))
    kept = p.obj("t l l", 520, 446)
    p.cable(moved, kept)
    p.cable((kept, 1), (state, 1), (kept.outlet(1)[0], 474), (508, 474), (508, 364), (575, 364))
    scaling = p.obj("vexpr $f1 * $f2 @scalarmode 1", 520, 482, 190)
    p.cable(kept, scaling)
    p.cable((changed, 1), (scaling, 1), (changed.outlet(1)[0], 478), (600, 478), (700.5, 478))
    channels = p.msg("chans $1", 400, 450)
    return amount, scaling, channels, [speed, each, group]


def _snapshots(p: Patcher, asked: Box) -> Box:
    """Returns where a slot is asked for; 1.5 is half way from 1 to 2."""
    p.obj("pattr positions @bindto sliders", 100, 350)
    store, keep = p.obj("pattrstorage @savemode 0", 820, 590), p.obj("prepend store", 880, 96)
    p.cable((asked, 3), keep, (asked.outlet(3)[0], 88), (889.5, 88))
    p.cable(keep, store, (889.5, 540))
    morph = p.ui("flonum", 820, 520)
    p.cable((asked, 4), morph, (asked.outlet(4)[0], 92), (860, 92), (860, 500), (829.5, 510))
    p.cable(morph, store)
    for i in range(SLOTS):
        store_text, x = f"store {i + 1}", 10 + 84 * i
        for text, y, shown in ((store_text, 210 + 30 * i, (x, 185, 54)), (str(i + 1), 350 + 30 * i, (x + 57, 185, 24))):
            box = p.msg(text, 926, y)
            p.cable(box, store, (935, y + 25), (914, y + 26), (914, 560), (829.5, 580))
            box.present(*shown)
    return morph
