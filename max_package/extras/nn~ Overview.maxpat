{
	"patcher" : {
		"fileversion" : 1,
		"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
		"classnamespace" : "box",
		"rect" : [100.0, 100.0, 800.0, 600.0],
		"openinpresentation" : 0,
		"default_fontsize" : 12.0,
		"default_fontface" : 0,
		"default_fontname" : "Arial",
		"gridsize" : [15.0, 15.0],
		"boxes" : [
			{
				"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 45.0, 30.0], "text": "nn~", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
			},
			{
				"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [79.0, 18.0, 701.0, 20.0], "text": "neural audio models as instruments: where to find what", "textcolor": [1.0, 1.0, 1.0, 1.0]}
			},
			{
				"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [700.0, 566.0, 59.0, 22.0], "text": "pcontrol", "hidden": 1}
			},
			{
				"box" : {"id": "obj-5", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 72.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-6", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 74.0, 56.0, 20.0], "text": "Objects", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
			},
			{
				"box" : {"id": "obj-7", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [130.0, 74.0, 282.0, 20.0], "text": "Click, or right-click an object in a patch, for its help."}
			},
			{
				"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 106.0, 190.0, 22.0], "text": "load nn~.maxhelp"}
			},
			{
				"box" : {"id": "obj-9", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 107.0, 520.0, 20.0], "text": "plays a model; an inlet and outlet for each of its signals"}
			},
			{
				"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 138.0, 190.0, 22.0], "text": "load mc.nn~.maxhelp"}
			},
			{
				"box" : {"id": "obj-11", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 139.0, 520.0, 20.0], "text": "many voices through one model, a channel for each voice"}
			},
			{
				"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 170.0, 190.0, 22.0], "text": "load mcs.nn~.maxhelp"}
			},
			{
				"box" : {"id": "obj-13", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 171.0, 520.0, 20.0], "text": "all signals of a model in one cable"}
			},
			{
				"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 202.0, 190.0, 22.0], "text": "load nn.info.maxhelp"}
			},
			{
				"box" : {"id": "obj-15", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 203.0, 520.0, 20.0], "text": "what is in a model file"}
			},
			{
				"box" : {"id": "obj-16", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 248.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 250.0, 69.0, 20.0], "text": "Examples", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
			},
			{
				"box" : {"id": "obj-18", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 282.0, 190.0, 22.0], "text": "load nn.effects.maxpat"}
			},
			{
				"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 283.0, 520.0, 20.0], "text": "three effects in a row, and how loud they are"}
			},
			{
				"box" : {"id": "obj-20", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 314.0, 190.0, 22.0], "text": "load nn.playground.maxpat"}
			},
			{
				"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 315.0, 520.0, 20.0], "text": "a RAVE file, bent by hand"}
			},
			{
				"box" : {"id": "obj-22", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 346.0, 190.0, 22.0], "text": "load nn.prior.maxpat"}
			},
			{
				"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 347.0, 520.0, 20.0], "text": "a prior invents, the decoder sounds"}
			},
			{
				"box" : {"id": "obj-24", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 378.0, 190.0, 22.0], "text": "load nn.voices.maxpat"}
			},
			{
				"box" : {"id": "obj-25", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 379.0, 520.0, 20.0], "text": "many voices of one model"}
			},
			{
				"box" : {"id": "obj-26", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 410.0, 190.0, 22.0], "text": "load nn.listening.maxpat"}
			},
			{
				"box" : {"id": "obj-27", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 411.0, 520.0, 20.0], "text": "brightness and noise of a sound steer another"}
			},
			{
				"box" : {"id": "obj-28", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 452.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-29", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 454.0, 85.0, 20.0], "text": "To build with", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
			},
			{
				"box" : {"id": "obj-30", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 486.0, 190.0, 22.0], "text": "load nn.latents.maxpat"}
			},
			{
				"box" : {"id": "obj-31", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [236.0, 487.0, 520.0, 20.0], "text": "sliders for latents with drift and snapshots; best in a bpatcher"}
			},
			{
				"box" : {"id": "obj-32", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 526.0, 740.0, 33.0], "text": "Models are files that end in .ts. They lie in the folder models of this package, or anywhere on the search path. First sound: make the object nn~ effects saturate, a source above, a loudspeaker below.", "linecount": 2}
			}
		],
		"lines" : [
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-10", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-12", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-14", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-18", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-20", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-22", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-24", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-26", 0], "destination": ["obj-4", 0], "hidden": 1}},
			{"patchline": {"source": ["obj-30", 0], "destination": ["obj-4", 0], "hidden": 1}}
		]
	}
}
