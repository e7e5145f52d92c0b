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
				"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 69.0, 30.0], "text": "effects", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
			},
			{
				"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [103.0, 18.0, 677.0, 20.0], "text": "three effects of one model in a row, and their level", "textcolor": [1.0, 1.0, 1.0, 1.0]}
			},
			{
				"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 80.0, 61.0, 22.0], "text": "saw~ 55"}
			},
			{
				"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 114.0, 48.0, 22.0], "text": "*~ 0.3"}
			},
			{
				"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 210.0, 152.0, 22.0], "text": "nn~ effects saturate 1024"}
			},
			{
				"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 310.0, 166.0, 22.0], "text": "nn~ effects polynomial 1024"}
			},
			{
				"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 410.0, 156.0, 22.0], "text": "nn~ effects fractalize 1024"}
			},
			{
				"box" : {"id": "obj-9", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [300.0, 100.0, 56.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 130.0, 113.0, 22.0], "text": "set gain_factor $1"}
			},
			{
				"box" : {"id": "obj-11", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [364.0, 101.0, 149.0, 20.0], "text": "1. drive: drag from 1 to 30"}
			},
			{
				"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 228.0, 177.0, 22.0], "text": "set polynomial_factors 1 0 0 0"}
			},
			{
				"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 258.0, 197.0, 22.0], "text": "set polynomial_factors 0.2 0 0.8 0"}
			},
			{
				"box" : {"id": "obj-14", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [505.0, 229.0, 114.0, 20.0], "text": "2. nothing happens"}
			},
			{
				"box" : {"id": "obj-15", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [505.0, 259.0, 108.0, 20.0], "text": "the third harmonic"}
			},
			{
				"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 318.0, 93.0, 22.0], "text": "set fractal 2 0."}
			},
			{
				"box" : {"id": "obj-17", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 346.0, 100.0, 22.0], "text": "set fractal 4 0.5"}
			},
			{
				"box" : {"id": "obj-18", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 374.0, 100.0, 22.0], "text": "set fractal 8 0.7"}
			},
			{
				"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [408.0, 319.0, 78.0, 20.0], "text": "3. not folded"}
			},
			{
				"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [408.0, 347.0, 68.0, 20.0], "text": "four layers"}
			},
			{
				"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [408.0, 375.0, 38.0, 20.0], "text": "eight"}
			},
			{
				"box" : {"id": "obj-22", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 456.0, 150.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-23", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 496.0, 45.0, 45.0], "local": 1}
			},
			{
				"box" : {"id": "obj-24", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 506.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
			},
			{
				"box" : {"id": "obj-25", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [420.0, 446.0, 98.0, 22.0], "text": "nn~ effects rms"}
			},
			{
				"box" : {"id": "obj-26", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [420.0, 480.0, 88.0, 22.0], "text": "snapshot~ 50"}
			},
			{
				"box" : {"id": "obj-27", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [420.0, 514.0, 56.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-28", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [486.0, 515.0, 217.0, 20.0], "text": "its level, measured by the same model"}
			}
		],
		"lines" : [
			{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
			{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
			{"patchline": {"source": ["obj-6", 0], "destination": ["obj-7", 0]}},
			{"patchline": {"source": ["obj-7", 0], "destination": ["obj-8", 0]}},
			{"patchline": {"source": ["obj-9", 0], "destination": ["obj-10", 0]}},
			{"patchline": {"source": ["obj-10", 0], "destination": ["obj-6", 0]}},
			{"patchline": {"source": ["obj-12", 0], "destination": ["obj-7", 0]}},
			{"patchline": {"source": ["obj-13", 0], "destination": ["obj-7", 0]}},
			{"patchline": {"source": ["obj-16", 0], "destination": ["obj-8", 0]}},
			{"patchline": {"source": ["obj-17", 0], "destination": ["obj-8", 0]}},
			{"patchline": {"source": ["obj-18", 0], "destination": ["obj-8", 0]}},
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-22", 0]}},
			{"patchline": {"source": ["obj-22", 0], "destination": ["obj-23", 0]}},
			{"patchline": {"source": ["obj-22", 0], "destination": ["obj-23", 1]}},
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-25", 0]}},
			{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 0]}},
			{"patchline": {"source": ["obj-26", 0], "destination": ["obj-27", 0]}}
		]
	}
}
