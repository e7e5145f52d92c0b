{
	"patcher" : {
		"fileversion" : 1,
		"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
		"classnamespace" : "box",
		"rect" : [100.0, 100.0, 800.0, 560.0],
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
				"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 120.0, 30.0], "text": "many voices", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
			},
			{
				"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [154.0, 18.0, 626.0, 20.0], "text": "eight voices through one model, in one go", "textcolor": [1.0, 1.0, 1.0, 1.0]}
			},
			{
				"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 130.0, 127.0, 22.0], "text": "mc.cycle~ @chans 8"}
			},
			{
				"box" : {"id": "obj-5", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 80.0, 91.0, 22.0], "text": "harmonic 110"}
			},
			{
				"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [140.0, 80.0, 103.0, 22.0], "text": "deviate 300 200"}
			},
			{
				"box" : {"id": "obj-7", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [270.0, 80.0, 101.0, 22.0], "text": "spread 100 400"}
			},
			{
				"box" : {"id": "obj-8", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [390.0, 81.0, 246.0, 20.0], "text": "harmonics, chance, steps: eight frequencies"}
			},
			{
				"box" : {"id": "obj-9", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 230.0, 164.0, 22.0], "text": "mc.nn~ effects saturate 512"}
			},
			{
				"box" : {"id": "obj-10", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [360.0, 130.0, 56.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-11", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [360.0, 164.0, 113.0, 22.0], "text": "set gain_factor $1"}
			},
			{
				"box" : {"id": "obj-12", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [424.0, 131.0, 331.0, 20.0], "text": "for all voices together: they share the attributes of the model"}
			},
			{
				"box" : {"id": "obj-13", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 290.0, 100.0, 22.0], "text": "mc.mixdown~ 2"}
			},
			{
				"box" : {"id": "obj-14", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [30.0, 322.0, 91.0, 22.0], "text": "mc.unpack~ 2"}
			},
			{
				"box" : {"id": "obj-15", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 364.0, 150.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-16", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [200.0, 364.0, 150.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-17", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 404.0, 45.0, 45.0], "local": 1}
			},
			{
				"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 414.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
			},
			{
				"box" : {"id": "obj-19", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 456.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 458.0, 127.0, 20.0], "text": "One model, one call", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
			},
			{
				"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 488.0, 750.0, 33.0], "text": "The same with eight objects nn~ would call the model eight times for each block. Here it is called once with eight voices, each of which has its own memory in the model.", "linecount": 2}
			}
		],
		"lines" : [
			{"patchline": {"source": ["obj-5", 0], "destination": ["obj-4", 0]}},
			{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0]}},
			{"patchline": {"source": ["obj-7", 0], "destination": ["obj-4", 0]}},
			{"patchline": {"source": ["obj-4", 0], "destination": ["obj-9", 0]}},
			{"patchline": {"source": ["obj-10", 0], "destination": ["obj-11", 0]}},
			{"patchline": {"source": ["obj-11", 0], "destination": ["obj-9", 0]}},
			{"patchline": {"source": ["obj-9", 0], "destination": ["obj-13", 0]}},
			{"patchline": {"source": ["obj-13", 0], "destination": ["obj-14", 0]}},
			{"patchline": {"source": ["obj-14", 0], "destination": ["obj-15", 0]}},
			{"patchline": {"source": ["obj-14", 1], "destination": ["obj-16", 0]}},
			{"patchline": {"source": ["obj-15", 0], "destination": ["obj-17", 0]}},
			{"patchline": {"source": ["obj-16", 0], "destination": ["obj-17", 1]}},
			{"patchline": {"source": ["obj-15", 1], "destination": ["obj-16", 0], "midpoints": [170.5, 386.0, 170.0, 394.0, 195.0, 394.0, 195.0, 356.0, 209.5, 356.0, 209.5, 364.0]}}
		]
	}
}
