{
	"patcher" : {
		"fileversion" : 1,
		"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
		"classnamespace" : "box",
		"rect" : [100.0, 100.0, 800.0, 626.0],
		"openinpresentation" : 0,
		"default_fontsize" : 12.0,
		"default_fontface" : 0,
		"default_fontname" : "Arial",
		"gridsize" : [15.0, 15.0],
		"showrootpatcherontab" : 0,
		"showontab" : 0,
		"boxes" : [
			{
				"box" : {
					"id" : "obj-1",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 20.0, 54.0, 22.0],
					"text" : "p basic",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 45.0, 30.0], "text": "nn~", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [79.0, 18.0, 701.0, 20.0], "text": "plays a neural audio model, a file that ends in .ts, on live audio", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "umenu", "numinlets": 1, "numoutlets": 3, "outlettype": ["int", "", ""], "patching_rect": [30.0, 76.0, 70.0, 22.0], "items": ["noise", ",", "sine", ",", "saw"], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [30.0, 110.0, 34.0, 22.0], "text": "+ 1"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 4, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 150.0, 280.0, 22.0], "text": "selector~ 3 1"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [117.0, 110.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [204.0, 110.0, 74.0, 22.0], "text": "cycle~ 110"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [291.0, 110.0, 61.0, 22.0], "text": "saw~ 55"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [108.0, 77.0, 97.0, 20.0], "text": "choose a sound"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 300.0, 122.0, 22.0], "text": "nn~ effects saturate"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [420.0, 80.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 110.0, 113.0, 22.0], "text": "set gain_factor $1"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [484.0, 81.0, 231.0, 20.0], "text": "drag: from 1 to 30, the louder the rounder"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 146.0, 139.0, 22.0], "text": "set saturate_mode clip"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 176.0, 144.0, 22.0], "text": "set saturate_mode tanh"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 206.0, 45.0, 22.0], "text": "reset"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 236.0, 64.0, 22.0], "text": "enable 0"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 266.0, 64.0, 22.0], "text": "enable 1"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [572.0, 147.0, 131.0, 20.0], "text": "cut off what is too loud"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [572.0, 177.0, 108.0, 20.0], "text": "bend it (as at first)"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [572.0, 207.0, 76.0, 20.0], "text": "as in the file"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [572.0, 237.0, 125.0, 20.0], "text": "rest: silence, no work"}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [572.0, 267.0, 49.0, 20.0], "text": "and on"}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 350.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 390.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 400.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "scope~", "numinlets": 2, "numoutlets": 0, "patching_rect": [420.0, 332.0, 180.0, 100.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 446.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 448.0, 73.0, 20.0], "text": "The object", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 476.0, 750.0, 60.0], "text": "nn~ model [method] [block] [inlets] [outlets]. effects is one of the models that come with the package; your own lie in the folder models of the package or anywhere on Max's search path. method: what the model shall do, forward when left out. block: how many samples it computes at once; when left out, what the model wants. There is an inlet for each signal that the method takes, and an outlet for each that it makes.", "linecount": 4}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-6", 1]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-6", 2]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-6", 3]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-13", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-18", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 1]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-28", 0]}}
						]
					}
				}
			},
			{
				"box" : {
					"id" : "obj-2",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 50.0, 72.0, 22.0],
					"text" : "p methods",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 87.0, 30.0], "text": "methods", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [121.0, 18.0, 659.0, 20.0], "text": "a model can do several things, each with inlets and outlets of its own", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "umenu", "numinlets": 1, "numoutlets": 3, "outlettype": ["int", "", ""], "patching_rect": [30.0, 76.0, 70.0, 22.0], "items": ["noise", ",", "sine", ",", "saw"], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [30.0, 110.0, 34.0, 22.0], "text": "+ 1"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 4, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 150.0, 280.0, 22.0], "text": "selector~ 3 1"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [117.0, 110.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [204.0, 110.0, 74.0, 22.0], "text": "cycle~ 110"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [291.0, 110.0, 61.0, 22.0], "text": "saw~ 55"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [108.0, 77.0, 97.0, 20.0], "text": "choose a sound"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 310.0, 180.0, 22.0], "text": "nn~ effects thru @dumpout 1"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 104.0, 87.0, 22.0], "text": "get_methods"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 134.0, 82.0, 22.0], "text": "method thru"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 164.0, 91.0, 22.0], "text": "method invert"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 194.0, 105.0, 22.0], "text": "method saturate"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 224.0, 119.0, 22.0], "text": "method polynomial"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 254.0, 81.0, 22.0], "text": "method rms"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [547.0, 105.0, 235.0, 20.0], "text": "what can it do? (dump outlet and console)"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [547.0, 135.0, 102.0, 20.0], "text": "the sound as it is"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [547.0, 165.0, 79.0, 20.0], "text": "upside down"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [547.0, 195.0, 35.0, 20.0], "text": "bent"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [547.0, 225.0, 125.0, 20.0], "text": "a curve of 4 numbers"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [547.0, 255.0, 187.0, 20.0], "text": "the level, 1024 samples at a time"}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 360.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 400.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 410.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [420.0, 360.0, 63.0, 22.0], "text": "print nn~"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [420.0, 390.0, 316.0, 20.0], "text": "@dumpout 1 adds an outlet for what the object has to tell"}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 446.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 448.0, 217.0, 20.0], "text": "Each method in an object of its own", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 474.0, 357.0, 20.0], "text": "Objects that name the same model share it: it is in memory once."}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [24.0, 500.0, 98.0, 22.0], "text": "nn~ effects add"}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [128.0, 501.0, 96.0, 20.0], "text": "2 inlets, 1 outlet"}
							},
							{
								"box" : {"id": "obj-34", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [280.0, 500.0, 120.0, 22.0], "text": "nn~ effects midside"}
							},
							{
								"box" : {"id": "obj-35", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [406.0, 501.0, 102.0, 20.0], "text": "2 inlets, 2 outlets"}
							},
							{
								"box" : {"id": "obj-36", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [540.0, 500.0, 129.0, 22.0], "text": "nn~ features centroid"}
							},
							{
								"box" : {"id": "obj-37", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [675.0, 501.0, 98.0, 20.0], "text": "brightness in Hz"}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-6", 1]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-6", 2]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-6", 3]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-25", 1]}},
							{"patchline": {"source": ["obj-11", 1], "destination": ["obj-27", 0]}}
						]
					}
				}
			},
			{
				"box" : {
					"id" : "obj-3",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 80.0, 65.0, 22.0],
					"text" : "p loading",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 75.0, 30.0], "text": "loading", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [109.0, 18.0, 671.0, 20.0], "text": "another model while the sound goes on", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "umenu", "numinlets": 1, "numoutlets": 3, "outlettype": ["int", "", ""], "patching_rect": [30.0, 76.0, 70.0, 22.0], "items": ["noise", ",", "sine", ",", "saw"], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [30.0, 110.0, 34.0, 22.0], "text": "+ 1"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 4, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 150.0, 280.0, 22.0], "text": "selector~ 3 1"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [117.0, 110.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [204.0, 110.0, 74.0, 22.0], "text": "cycle~ 110"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [291.0, 110.0, 61.0, 22.0], "text": "saw~ 55"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [108.0, 77.0, 97.0, 20.0], "text": "choose a sound"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 2, "numoutlets": 3, "outlettype": ["signal", "signal", ""], "patching_rect": [30.0, 300.0, 240.0, 22.0], "text": "nn~ void 2 2 @dumpout 1"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 104.0, 124.0, 22.0], "text": "load effects midside"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 134.0, 130.0, 22.0], "text": "load demo_attributes"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 164.0, 103.0, 22.0], "text": "load effects thru"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 194.0, 51.0, 22.0], "text": "reload"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 224.0, 45.0, 22.0], "text": "bang"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [558.0, 105.0, 89.0, 20.0], "text": "two in, two out"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [558.0, 135.0, 90.0, 20.0], "text": "one in, two out"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [558.0, 165.0, 219.0, 20.0], "text": "the old one plays until the new is ready"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [558.0, 195.0, 151.0, 20.0], "text": "the file as it is on disk now"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [558.0, 225.0, 215.0, 20.0], "text": "all about the object, at the dump outlet"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [290.0, 298.0, 330.0, 33.0], "text": "void: starts without a model,\nhere with 2 inlets and 2 outlets", "linecount": 2}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 360.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [220.0, 360.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 400.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 410.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [620.0, 360.0, 65.0, 22.0], "text": "print void"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 446.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 448.0, 152.0, 20.0], "text": "Models from the internet", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 520.0, 36.0, 22.0], "text": "nn~"}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [90.0, 480.0, 141.0, 22.0], "text": "print_available_models"}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [260.0, 480.0, 149.0, 22.0], "text": "download ircam/rave/isis"}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [430.0, 480.0, 79.0, 22.0], "text": "remove isis"}
							},
							{
								"box" : {"id": "obj-34", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [530.0, 480.0, 71.0, 22.0], "text": "delete isis"}
							},
							{
								"box" : {"id": "obj-35", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [110.0, 526.0, 500.0, 33.0], "text": "They go into the folder models of the package; the console tells what happens.\nremove and delete mean the same.", "linecount": 2}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-6", 1]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-6", 2]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-6", 3]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-11", 1]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-23", 0]}},
							{"patchline": {"source": ["obj-11", 1], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-23", 0], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-25", 1]}},
							{"patchline": {"source": ["obj-23", 1], "destination": ["obj-24", 0], "midpoints": [170.5, 382.0, 170.0, 390.0, 195.0, 390.0, 195.0, 352.0, 229.5, 352.0, 229.5, 360.0]}},
							{"patchline": {"source": ["obj-11", 2], "destination": ["obj-27", 0], "midpoints": [260.5, 322.0, 250.0, 340.0, 629.0, 340.0, 629.5, 360.0]}},
							{"patchline": {"source": ["obj-31", 0], "destination": ["obj-30", 0], "midpoints": [99.5, 502.0, 99.0, 511.0, 33.5, 511.0, 33.5, 520.0]}},
							{"patchline": {"source": ["obj-32", 0], "destination": ["obj-30", 0], "midpoints": [269.5, 502.0, 269.0, 511.0, 33.5, 511.0, 33.5, 520.0]}},
							{"patchline": {"source": ["obj-33", 0], "destination": ["obj-30", 0], "midpoints": [439.5, 502.0, 439.0, 511.0, 33.5, 511.0, 33.5, 520.0]}},
							{"patchline": {"source": ["obj-34", 0], "destination": ["obj-30", 0], "midpoints": [539.5, 502.0, 539.0, 511.0, 33.5, 511.0, 33.5, 520.0]}}
						]
					}
				}
			},
			{
				"box" : {
					"id" : "obj-4",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 110.0, 75.0, 22.0],
					"text" : "p attributes",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 92.0, 30.0], "text": "attributes", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [126.0, 18.0, 654.0, 20.0], "text": "the settings of a model: numbers, words, switches", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 3, "outlettype": ["signal", "signal", ""], "patching_rect": [30.0, 330.0, 260.0, 22.0], "text": "nn~ demo_attributes forward @dumpout 1"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "number", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 76.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 106.0, 91.0, 22.0], "text": "set attr_int $1"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [180.0, 76.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [180.0, 106.0, 101.0, 22.0], "text": "set attr_float $1"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "toggle", "numinlets": 1, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [340.0, 76.0, 22.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [340.0, 106.0, 101.0, 22.0], "text": "set attr_bool $1"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [180.0, 160.0, 102.0, 22.0], "text": "set attr_str pear"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [180.0, 190.0, 127.0, 22.0], "text": "set attr_enum goose"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [180.0, 220.0, 139.0, 22.0], "text": "set attr_list 3 you 0.5 1"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [327.0, 161.0, 48.0, 20.0], "text": "a word"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [327.0, 191.0, 217.0, 20.0], "text": "one of a few words; others are refused"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [327.0, 221.0, 195.0, 20.0], "text": "as many values as it has elements"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 238.0, 75.0, 22.0], "text": "get attr_int"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 268.0, 77.0, 22.0], "text": "get attr_list"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 298.0, 91.0, 22.0], "text": "get_attributes"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [490.0, 107.0, 251.0, 20.0], "text": "set name values: one value for each element"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [668.0, 240.0, 120.0, 47.0], "text": "get name: answers on the console and at the dump outlet", "linecount": 3}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [30.0, 380.0, 95.0, 22.0], "text": "snapshot~ 100"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 410.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 436.0, 49.0, 20.0], "text": "attr_int"}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [150.0, 380.0, 95.0, 22.0], "text": "snapshot~ 100"}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [150.0, 410.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [150.0, 436.0, 59.0, 20.0], "text": "attr_float"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [330.0, 380.0, 63.0, 22.0], "text": "route get"}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [330.0, 410.0, 79.0, 22.0], "text": "prepend set"}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [330.0, 440.0, 200.0, 22.0]}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 458.0, 218.0, 20.0], "text": "the model plays two of them as signals"}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 484.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 486.0, 142.0, 20.0], "text": "Two kinds of attributes", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-34", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 514.0, 750.0, 33.0], "text": "These belong to the model and are named by whoever made it. Those of the object, such as enable, late or latency, are set like those of any Max object: with a message, typed behind @, or in the inspector.", "linecount": 2}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-4", 0], "midpoints": [189.5, 128.0, 189.5, 140.0, 57.0, 170.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-10", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-4", 0], "midpoints": [349.5, 128.0, 349.5, 140.0, 65.0, 170.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-18", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-22", 0]}},
							{"patchline": {"source": ["obj-22", 0], "destination": ["obj-23", 0]}},
							{"patchline": {"source": ["obj-4", 1], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 0]}},
							{"patchline": {"source": ["obj-4", 2], "destination": ["obj-28", 0]}},
							{"patchline": {"source": ["obj-28", 0], "destination": ["obj-29", 0]}},
							{"patchline": {"source": ["obj-29", 0], "destination": ["obj-30", 0]}}
						]
					}
				}
			},
			{
				"box" : {
					"id" : "obj-5",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 140.0, 63.0, 22.0],
					"text" : "p buffers",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 149.0, 30.0], "text": "buffers & arrays", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [183.0, 18.0, 597.0, 20.0], "text": "a sound or a curve inside a model", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 70.0, 372.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 72.0, 231.0, 20.0], "text": "A buffer~ for an attribute of type buffer", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["float", "bang"], "patching_rect": [30.0, 112.0, 220.0, 22.0], "text": "buffer~ nn_help_sound @samps 1024"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["float", "bang"], "patching_rect": [30.0, 182.0, 139.0, 22.0], "text": "buffer~ nn_help_sound"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 146.0, 58.0, 22.0], "text": "fill sin 4"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [110.0, 146.0, 65.0, 22.0], "text": "fill sin 16"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [200.0, 146.0, 39.0, 22.0], "text": "fill 0"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 340.0, 164.0, 22.0], "text": "nn~ demo_buffers loudness"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [60.0, 222.0, 139.0, 22.0], "text": "set buf nn_help_sound"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [214.0, 223.0, 159.0, 20.0], "text": "give the sound to the model"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [60.0, 252.0, 97.0, 22.0], "text": "track_buffers 1"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [214.0, 253.0, 155.0, 20.0], "text": "and again when it changes"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [60.0, 282.0, 97.0, 22.0], "text": "track_buffers 0"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [214.0, 283.0, 43.0, 20.0], "text": "or not"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [30.0, 380.0, 95.0, 22.0], "text": "snapshot~ 100"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 414.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [96.0, 415.0, 234.0, 20.0], "text": "how loud the buffer is: 0.707 for a full sine"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [408.0, 70.0, 372.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [412.0, 72.0, 230.0, 20.0], "text": "An array for an attribute of type tensor", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "multislider", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [418.0, 106.0, 250.0, 90.0], "size": 64, "setminmax": [-1.0, 1.0], "settype": 0, "setstyle": 3, "contdata": 1, "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [680.0, 130.0, 102.0, 33.0], "text": "draw one\nperiod", "linecount": 2}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [500.0, 214.0, 43.0, 22.0], "text": "array"}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [500.0, 244.0, 74.0, 22.0], "text": "route array"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [500.0, 274.0, 137.0, 22.0], "text": "prepend set wavetable"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [418.0, 304.0, 83.0, 22.0], "text": "phasor~ 110"}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [418.0, 340.0, 94.0, 22.0], "text": "nn~ wavetable"}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [570.0, 215.0, 141.0, 20.0], "text": "array is in Max since 8.6"}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [418.0, 380.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [418.0, 420.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [472.0, 430.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-34", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 484.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-35", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 486.0, 53.0, 20.0], "text": "Names", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-36", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 514.0, 750.0, 33.0], "text": "A buffer takes the name of a buffer~; several names are its channels. A tensor takes the name of an array, or a number; it is read when it is set. What is in them is copied when it is set, so the model never waits for Max.", "linecount": 2}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-11", 0], "midpoints": [69.5, 244.0, 69.0, 247.0, 39.5, 251.0, 39.5, 340.0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-11", 0], "midpoints": [69.5, 274.0, 69.0, 277.0, 39.5, 281.0, 39.5, 340.0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-11", 0], "midpoints": [69.5, 304.0, 69.0, 307.0, 39.5, 311.0, 39.5, 340.0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-18", 0]}},
							{"patchline": {"source": ["obj-18", 0], "destination": ["obj-19", 0]}},
							{"patchline": {"source": ["obj-23", 0], "destination": ["obj-25", 0], "midpoints": [427.5, 196.0, 427.5, 204.0, 509.5, 206.0, 509.5, 214.0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 0]}},
							{"patchline": {"source": ["obj-26", 0], "destination": ["obj-27", 0]}},
							{"patchline": {"source": ["obj-28", 0], "destination": ["obj-29", 0]}},
							{"patchline": {"source": ["obj-27", 0], "destination": ["obj-29", 0], "midpoints": [509.5, 296.0, 509.5, 330.0, 440.0, 334.0, 427.5, 340.0]}},
							{"patchline": {"source": ["obj-29", 0], "destination": ["obj-31", 0]}},
							{"patchline": {"source": ["obj-31", 0], "destination": ["obj-32", 0]}},
							{"patchline": {"source": ["obj-31", 0], "destination": ["obj-32", 1]}}
						]
					}
				}
			},
			{
				"box" : {
					"id" : "obj-6",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 170.0, 61.0, 22.0],
					"text" : "p latents",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 69.0, 30.0], "text": "latents", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [103.0, 18.0, 677.0, 20.0], "text": "what a RAVE file makes of a sound, bent by hand, and back to sound", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "button", "numinlets": 1, "numoutlets": 1, "outlettype": ["bang"], "patching_rect": [30.0, 80.0, 22.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [58.0, 82.0, 139.0, 20.0], "text": "choose a RAVE file (.ts)"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 116.0, 75.0, 22.0], "text": "opendialog"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [30.0, 150.0, 34.0, 22.0], "text": "t l l"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 184.0, 100.0, 22.0], "text": "load $1 decode"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [170.0, 184.0, 100.0, 22.0], "text": "load $1 encode"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 218.0, 134.0, 22.0], "text": "send nn_help_decode"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [250.0, 116.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [250.0, 150.0, 48.0, 22.0], "text": "*~ 0.1"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "newobj", "numinlets": 1, "numoutlets": 8, "outlettype": ["signal", "signal", "signal", "signal", "signal", "signal", "signal", "signal"], "patching_rect": [190.0, 258.0, 220.0, 22.0], "text": "nn~ void 1 8 2048 @late hold"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "newobj", "numinlets": 8, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [190.0, 296.0, 220.0, 22.0], "text": "mc.pack~ 8"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "bpatcher", "numinlets": 1, "numoutlets": 2, "outlettype": ["multichannelsignal", ""], "patching_rect": [430.0, 76.0, 350.0, 214.0], "enablehscroll": 0, "enablevscroll": 0, "offset": [0.0, 0.0], "name": "nn.latents.maxpat", "args": [8, -3.0, 3.0], "border": 1, "lockeddragscroll": 1, "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [190.0, 334.0, 250.0, 22.0], "text": "mc.+~"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [460.0, 300.0, 320.0, 47.0], "text": "nn.latents: a slider for each latent, its own slow drift, and snapshots. What it makes is added to\nwhat the encoder heard.", "linecount": 3}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "newobj", "numinlets": 1, "numoutlets": 8, "outlettype": ["signal", "signal", "signal", "signal", "signal", "signal", "signal", "signal"], "patching_rect": [190.0, 372.0, 220.0, 22.0], "text": "mc.unpack~ 8"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "newobj", "numinlets": 8, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [190.0, 410.0, 220.0, 22.0], "text": "nn~ void 8 1 2048"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "newobj", "numinlets": 0, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 340.0, 147.0, 22.0], "text": "receive nn_help_decode"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [190.0, 454.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [190.0, 494.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [244.0, 504.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [460.0, 372.0, 320.0, 60.0], "text": "forward is encode and decode in one. Latents are signals that change once per 2048 samples, or whatever the model's ratio is. late hold repeats the last ones when a block is late. One cable instead of eight: mcs.nn~.", "linecount": 4}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-7", 1], "destination": ["obj-9", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-10", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-12", 0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-13", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-13", 0], "midpoints": [259.5, 172.0, 259.5, 178.0, 300.0, 200.0, 300.0, 236.0, 199.5, 258.0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-14", 0]}},
							{"patchline": {"source": ["obj-13", 1], "destination": ["obj-14", 1]}},
							{"patchline": {"source": ["obj-13", 2], "destination": ["obj-14", 2]}},
							{"patchline": {"source": ["obj-13", 3], "destination": ["obj-14", 3]}},
							{"patchline": {"source": ["obj-13", 4], "destination": ["obj-14", 4]}},
							{"patchline": {"source": ["obj-13", 5], "destination": ["obj-14", 5]}},
							{"patchline": {"source": ["obj-13", 6], "destination": ["obj-14", 6]}},
							{"patchline": {"source": ["obj-13", 7], "destination": ["obj-14", 7]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-16", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-16", 1]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-18", 0]}},
							{"patchline": {"source": ["obj-18", 0], "destination": ["obj-19", 0]}},
							{"patchline": {"source": ["obj-18", 1], "destination": ["obj-19", 1]}},
							{"patchline": {"source": ["obj-18", 2], "destination": ["obj-19", 2]}},
							{"patchline": {"source": ["obj-18", 3], "destination": ["obj-19", 3]}},
							{"patchline": {"source": ["obj-18", 4], "destination": ["obj-19", 4]}},
							{"patchline": {"source": ["obj-18", 5], "destination": ["obj-19", 5]}},
							{"patchline": {"source": ["obj-18", 6], "destination": ["obj-19", 6]}},
							{"patchline": {"source": ["obj-18", 7], "destination": ["obj-19", 7]}},
							{"patchline": {"source": ["obj-20", 0], "destination": ["obj-19", 0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-21", 0]}},
							{"patchline": {"source": ["obj-21", 0], "destination": ["obj-22", 0]}},
							{"patchline": {"source": ["obj-21", 0], "destination": ["obj-22", 1]}}
						]
					}
				}
			},
			{
				"box" : {
					"id" : "obj-7",
					"maxclass" : "newobj",
					"numinlets" : 0,
					"numoutlets" : 0,
					"patching_rect" : [20.0, 200.0, 64.0, 22.0],
					"text" : "p latency",
					"patcher" : {
						"fileversion" : 1,
						"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
						"classnamespace" : "box",
						"rect" : [0.0, 26.0, 800.0, 600.0],
						"openinpresentation" : 0,
						"default_fontsize" : 12.0,
						"default_fontface" : 0,
						"default_fontname" : "Arial",
						"gridsize" : [15.0, 15.0],
						"showontab" : 1,
						"boxes" : [
							{
								"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 800.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 206.0, 30.0], "text": "latency & performance", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [240.0, 18.0, 540.0, 20.0], "text": "how long it takes, and what to do when a block is late", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "umenu", "numinlets": 1, "numoutlets": 3, "outlettype": ["int", "", ""], "patching_rect": [30.0, 76.0, 70.0, 22.0], "items": ["noise", ",", "sine", ",", "saw"], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [30.0, 110.0, 34.0, 22.0], "text": "+ 1"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 4, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 150.0, 280.0, 22.0], "text": "selector~ 3 1"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [117.0, 110.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [204.0, 110.0, 74.0, 22.0], "text": "cycle~ 110"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [291.0, 110.0, 61.0, 22.0], "text": "saw~ 55"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [108.0, 77.0, 97.0, 20.0], "text": "choose a sound"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 376.0, 240.0, 22.0], "text": "nn~ effects saturate 512 @dumpout 1"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 92.0, 79.0, 22.0], "text": "get_latency"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 120.0, 82.0, 22.0], "text": "latency tight"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 148.0, 106.0, 22.0], "text": "latency standard"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 176.0, 86.0, 22.0], "text": "bufsize 2048"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 204.0, 79.0, 22.0], "text": "bufsize 512"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 232.0, 60.0, 22.0], "text": "block -1"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [534.0, 93.0, 149.0, 20.0], "text": "samples and milliseconds"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [534.0, 121.0, 183.0, 20.0], "text": "as short as this computer allows"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [534.0, 149.0, 155.0, 20.0], "text": "two blocks, less one vector"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [534.0, 177.0, 147.0, 20.0], "text": "a larger block: safer, later"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [534.0, 205.0, 84.0, 20.0], "text": "a smaller one"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [534.0, 233.0, 186.0, 20.0], "text": "as the model wants; 0: no thread"}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 262.0, 43.0, 22.0], "text": "stats"}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 289.0, 78.0, 22.0], "text": "late silence"}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 316.0, 63.0, 22.0], "text": "late hold"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 343.0, 79.0, 22.0], "text": "late bypass"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [507.0, 263.0, 217.0, 20.0], "text": "late blocks and load since the last time"}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [507.0, 290.0, 116.0, 20.0], "text": "a late block is silent"}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [507.0, 317.0, 140.0, 20.0], "text": "or repeats the last value"}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [507.0, 344.0, 84.0, 20.0], "text": "or is the input"}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 412.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 452.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-34", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 462.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-35", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [290.0, 412.0, 63.0, 22.0], "text": "print nn~"}
							},
							{
								"box" : {"id": "obj-36", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 506.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-37", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 508.0, 243.0, 20.0], "text": "When the model is too slow for one core", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-38", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [24.0, 570.0, 122.0, 22.0], "text": "nn~ effects saturate"}
							},
							{
								"box" : {"id": "obj-39", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [24.0, 536.0, 83.0, 22.0], "text": "accelerate 1"}
							},
							{
								"box" : {"id": "obj-40", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [112.0, 536.0, 98.0, 22.0], "text": "precision exact"}
							},
							{
								"box" : {"id": "obj-41", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [214.0, 536.0, 89.0, 22.0], "text": "precision half"}
							},
							{
								"box" : {"id": "obj-42", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [308.0, 536.0, 93.0, 22.0], "text": "precision bf16"}
							},
							{
								"box" : {"id": "obj-43", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [410.0, 536.0, 68.0, 22.0], "text": "threads 2"}
							},
							{
								"box" : {"id": "obj-44", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [484.0, 536.0, 68.0, 22.0], "text": "threads 1"}
							},
							{
								"box" : {"id": "obj-45", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [558.0, 536.0, 48.0, 22.0], "text": "gpu 0"}
							},
							{
								"box" : {"id": "obj-46", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [614.0, 536.0, 60.0, 22.0], "text": "offline 1"}
							},
							{
								"box" : {"id": "obj-47", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [684.0, 536.0, 48.0, 22.0], "text": "dump"}
							},
							{
								"box" : {"id": "obj-48", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [160.0, 571.0, 564.0, 20.0], "text": "more of each: docs of the package and the reference page. offline 1 waits for late blocks, for renderings."}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-6", 1]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-6", 2]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-6", 3]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-26", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-27", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-32", 0]}},
							{"patchline": {"source": ["obj-32", 0], "destination": ["obj-33", 0]}},
							{"patchline": {"source": ["obj-32", 0], "destination": ["obj-33", 1]}},
							{"patchline": {"source": ["obj-11", 1], "destination": ["obj-35", 0]}},
							{"patchline": {"source": ["obj-39", 0], "destination": ["obj-38", 0], "midpoints": [33.5, 558.0, 33.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-40", 0], "destination": ["obj-38", 0], "midpoints": [121.5, 558.0, 121.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-41", 0], "destination": ["obj-38", 0], "midpoints": [223.5, 558.0, 223.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-42", 0], "destination": ["obj-38", 0], "midpoints": [317.5, 558.0, 317.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-43", 0], "destination": ["obj-38", 0], "midpoints": [419.5, 558.0, 419.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-44", 0], "destination": ["obj-38", 0], "midpoints": [493.5, 558.0, 493.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-45", 0], "destination": ["obj-38", 0], "midpoints": [567.5, 558.0, 567.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-46", 0], "destination": ["obj-38", 0], "midpoints": [623.5, 558.0, 623.0, 562.0, 33.5, 564.0, 33.5, 570.0]}},
							{"patchline": {"source": ["obj-47", 0], "destination": ["obj-38", 0], "midpoints": [693.5, 558.0, 693.0, 562.0, 33.5, 564.0, 33.5, 570.0]}}
						]
					}
				}
			}
		],
		"lines" : []
	}
}
