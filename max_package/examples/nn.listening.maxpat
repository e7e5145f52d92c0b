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
				"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 83.0, 30.0], "text": "listening", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
			},
			{
				"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [117.0, 18.0, 663.0, 20.0], "text": "brightness and noisiness of one sound steer another", "textcolor": [1.0, 1.0, 1.0, 1.0]}
			},
			{
				"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 80.0, 52.0, 22.0], "text": "noise~"}
			},
			{
				"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 3, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [120.0, 80.0, 56.0, 22.0], "text": "tri~ 220"}
			},
			{
				"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 3, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 140.0, 190.0, 22.0], "text": "selector~ 2 1"}
			},
			{
				"box" : {"id": "obj-7", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [230.0, 80.0, 32.0, 22.0], "text": "1"}
			},
			{
				"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [270.0, 80.0, 32.0, 22.0], "text": "2"}
			},
			{
				"box" : {"id": "obj-9", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [312.0, 81.0, 123.0, 20.0], "text": "1: noise, 2: a triangle"}
			},
			{
				"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 220.0, 159.0, 22.0], "text": "nn~ features centroid 1024"}
			},
			{
				"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [400.0, 220.0, 158.0, 22.0], "text": "nn~ features flatness 1024"}
			},
			{
				"box" : {"id": "obj-12", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [200.0, 270.0, 88.0, 22.0], "text": "snapshot~ 50"}
			},
			{
				"box" : {"id": "obj-13", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [200.0, 304.0, 56.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-14", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [200.0, 330.0, 150.0, 20.0], "text": "Hz: where most of it is"}
			},
			{
				"box" : {"id": "obj-15", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [570.0, 270.0, 88.0, 22.0], "text": "snapshot~ 50"}
			},
			{
				"box" : {"id": "obj-16", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [570.0, 304.0, 56.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [570.0, 330.0, 150.0, 20.0], "text": "0: a tone, 0.56: noise"}
			},
			{
				"box" : {"id": "obj-18", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 300.0, 74.0, 22.0], "text": "cycle~ 220"}
			},
			{
				"box" : {"id": "obj-19", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 340.0, 48.0, 22.0], "text": "*~ 0.3"}
			},
			{
				"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [60.0, 372.0, 300.0, 20.0], "text": "an oscillator that follows the brightness"}
			},
			{
				"box" : {"id": "obj-21", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 420.0, 150.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-22", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 460.0, 45.0, 45.0], "local": 1}
			},
			{
				"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 470.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
			}
		],
		"lines" : [
			{"patchline": {"source": ["obj-4", 0], "destination": ["obj-6", 1]}},
			{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 2]}},
			{"patchline": {"source": ["obj-7", 0], "destination": ["obj-6", 0], "midpoints": [239.5, 102.0, 239.0, 120.0, 60.0, 128.0, 39.5, 140.0]}},
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-6", 0], "midpoints": [279.5, 102.0, 279.0, 120.0, 60.0, 128.0, 39.5, 140.0]}},
			{"patchline": {"source": ["obj-6", 0], "destination": ["obj-10", 0]}},
			{"patchline": {"source": ["obj-6", 0], "destination": ["obj-11", 0]}},
			{"patchline": {"source": ["obj-10", 0], "destination": ["obj-12", 0]}},
			{"patchline": {"source": ["obj-12", 0], "destination": ["obj-13", 0]}},
			{"patchline": {"source": ["obj-11", 0], "destination": ["obj-15", 0]}},
			{"patchline": {"source": ["obj-15", 0], "destination": ["obj-16", 0]}},
			{"patchline": {"source": ["obj-10", 0], "destination": ["obj-18", 0]}},
			{"patchline": {"source": ["obj-18", 0], "destination": ["obj-19", 0]}},
			{"patchline": {"source": ["obj-19", 0], "destination": ["obj-21", 0]}},
			{"patchline": {"source": ["obj-21", 0], "destination": ["obj-22", 0]}},
			{"patchline": {"source": ["obj-21", 0], "destination": ["obj-22", 1]}}
		]
	}
}
