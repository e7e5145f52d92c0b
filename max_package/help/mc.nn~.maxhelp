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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 76.0, 30.0], "text": "mc.nn~", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [110.0, 18.0, 670.0, 20.0], "text": "many sounds through one model at once: each channel is a voice of its own", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 114.0, 265.0, 22.0], "text": "mc.saw~ @chans 4 @values 110 165 220 277"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 76.0, 175.0, 22.0], "text": "applyvalues 110 165 220 277"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [210.0, 76.0, 161.0, 22.0], "text": "applyvalues 55 82 110 138"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [60.0, 146.0, 138.0, 20.0], "text": "four voices in one cable"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 300.0, 141.0, 22.0], "text": "mc.nn~ effects saturate"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [420.0, 80.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 112.0, 113.0, 22.0], "text": "set gain_factor $1"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [484.0, 81.0, 107.0, 20.0], "text": "drag: from 1 to 30"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 146.0, 82.0, 22.0], "text": "method thru"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 176.0, 91.0, 22.0], "text": "method invert"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 206.0, 105.0, 22.0], "text": "method saturate"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 236.0, 64.0, 22.0], "text": "enable 0"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 266.0, 64.0, 22.0], "text": "enable 1"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [533.0, 147.0, 46.0, 20.0], "text": "as it is"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [533.0, 177.0, 79.0, 20.0], "text": "upside down"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [533.0, 207.0, 35.0, 20.0], "text": "bent"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [533.0, 237.0, 32.0, 20.0], "text": "rest"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [533.0, 267.0, 49.0, 20.0], "text": "and on"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 332.0, 100.0, 22.0], "text": "mc.mixdown~ 2"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [30.0, 364.0, 91.0, 22.0], "text": "mc.unpack~ 2"}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 406.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [200.0, 406.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 446.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 456.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 492.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 494.0, 73.0, 20.0], "text": "The object", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 522.0, 750.0, 47.0], "text": "mc.nn~ model [method] [block] [inlets] [outlets]. An inlet for each signal that the method takes, an outlet for each that it makes, as nn~ has them. Channel j of every inlet is voice j, and so is channel j of every outlet. All voices are computed in one go, which is cheaper than as many objects. Messages and attributes are those of nn~, and chans.", "linecount": 3}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-10", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-22", 0]}},
							{"patchline": {"source": ["obj-22", 0], "destination": ["obj-23", 0]}},
							{"patchline": {"source": ["obj-23", 0], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-23", 1], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-26", 0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 1]}},
							{"patchline": {"source": ["obj-24", 1], "destination": ["obj-25", 0], "midpoints": [170.5, 428.0, 170.0, 436.0, 195.0, 436.0, 195.0, 398.0, 209.5, 398.0, 209.5, 406.0]}}
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
					"patching_rect" : [20.0, 50.0, 58.0, 22.0],
					"text" : "p layout",
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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 241.0, 30.0], "text": "which channel goes where", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [275.0, 18.0, 505.0, 20.0], "text": "mc.nn~ demo_mc: the model answers with the number of the voice", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 84.0, 135.0, 22.0], "text": "mc.sig~ 0.5 @chans 4"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [190.0, 85.0, 151.0, 20.0], "text": "four voices in the first inlet"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 3, "numoutlets": 3, "outlettype": ["multichannelsignal", "multichannelsignal", "multichannelsignal"], "patching_rect": [30.0, 130.0, 300.0, 22.0], "text": "mc.nn~ demo_mc batch"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 4, "outlettype": ["signal", "signal", "signal", "signal"], "patching_rect": [30.0, 180.0, 328.0, 22.0], "text": "mc.unpack~ 4"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [30.0, 214.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 244.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [133.0, 214.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [133.0, 244.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [236.0, 214.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [236.0, 244.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [339.0, 214.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [339.0, 244.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [450.0, 244.0, 208.0, 33.0], "text": "0 1 2 3: which voice\neach channel is", "linecount": 2}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 296.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 298.0, 224.0, 20.0], "text": "chans: as many channels as you say", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 336.0, 135.0, 22.0], "text": "mc.sig~ 0.5 @chans 2"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "newobj", "numinlets": 3, "numoutlets": 3, "outlettype": ["multichannelsignal", "multichannelsignal", "multichannelsignal"], "patching_rect": [30.0, 376.0, 300.0, 22.0], "text": "mc.nn~ demo_mc identity @chans 4"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "newobj", "numinlets": 1, "numoutlets": 4, "outlettype": ["signal", "signal", "signal", "signal"], "patching_rect": [30.0, 424.0, 328.0, 22.0], "text": "mc.unpack~ 4"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [30.0, 458.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 488.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [133.0, 458.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [133.0, 488.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [236.0, 458.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [236.0, 488.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [339.0, 458.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [339.0, 488.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [400.0, 489.0, 263.0, 20.0], "text": "0.5 0.5 0 0: two voices, and two silent channels"}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [400.0, 330.0, 370.0, 74.0], "text": "The number of voices is that of the inlet with the most channels. In inlets with fewer, the voices that are not there are silent. With chans 0, as at first, outlets have as many channels as there are voices; another number fixes it, so that cables behind the object keep their size. A change is heard when the audio is switched on again.", "linecount": 5}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [400.0, 430.0, 60.0, 22.0], "text": "chans 0"}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [480.0, 430.0, 60.0, 22.0], "text": "chans 4"}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-9", 0]}},
							{"patchline": {"source": ["obj-7", 1], "destination": ["obj-10", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-7", 2], "destination": ["obj-12", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-13", 0]}},
							{"patchline": {"source": ["obj-7", 3], "destination": ["obj-14", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-15", 0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-20", 0]}},
							{"patchline": {"source": ["obj-20", 0], "destination": ["obj-21", 0]}},
							{"patchline": {"source": ["obj-21", 0], "destination": ["obj-22", 0]}},
							{"patchline": {"source": ["obj-22", 0], "destination": ["obj-23", 0]}},
							{"patchline": {"source": ["obj-21", 1], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-21", 2], "destination": ["obj-26", 0]}},
							{"patchline": {"source": ["obj-26", 0], "destination": ["obj-27", 0]}},
							{"patchline": {"source": ["obj-21", 3], "destination": ["obj-28", 0]}},
							{"patchline": {"source": ["obj-28", 0], "destination": ["obj-29", 0]}},
							{"patchline": {"source": ["obj-32", 0], "destination": ["obj-20", 0], "midpoints": [409.5, 452.0, 409.0, 455.0, 380.0, 455.0, 380.0, 368.0, 60.0, 370.0, 39.5, 376.0]}},
							{"patchline": {"source": ["obj-33", 0], "destination": ["obj-20", 0], "midpoints": [489.5, 452.0, 489.0, 455.0, 380.0, 455.0, 380.0, 368.0, 60.0, 370.0, 39.5, 376.0]}}
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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 158.0, 30.0], "text": "loading, answers", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [192.0, 18.0, 588.0, 20.0], "text": "models, methods and what the object tells", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 2, "numoutlets": 3, "outlettype": ["multichannelsignal", "multichannelsignal", ""], "patching_rect": [30.0, 350.0, 240.0, 22.0], "text": "mc.nn~ void 2 2 @dumpout 1"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 84.0, 145.0, 22.0], "text": "mc.saw~ 110 @chans 2"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 84.0, 103.0, 22.0], "text": "load effects thru"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 114.0, 124.0, 22.0], "text": "load effects midside"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 144.0, 138.0, 22.0], "text": "load demo_mc identity"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 174.0, 103.0, 22.0], "text": "method channel"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 204.0, 51.0, 22.0], "text": "reload"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 234.0, 45.0, 22.0], "text": "reset"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 264.0, 45.0, 22.0], "text": "bang"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 294.0, 48.0, 22.0], "text": "dump"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 84.0, 87.0, 22.0], "text": "get_methods"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 112.0, 91.0, 22.0], "text": "get_attributes"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 140.0, 97.0, 22.0], "text": "get gain_factor"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 168.0, 79.0, 22.0], "text": "get_latency"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 196.0, 43.0, 22.0], "text": "stats"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [560.0, 224.0, 86.0, 22.0], "text": "bufsize 4096"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [300.0, 354.0, 300.0, 20.0], "text": "The old model plays until the new one is ready."}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [300.0, 380.0, 73.0, 22.0], "text": "print dump"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 440.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 442.0, 101.0, 20.0], "text": "Everything else", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 470.0, 750.0, 33.0], "text": "Attributes of a model, buffers, latency and late blocks work as in nn~: see its help. A model serves as many voices as it was exported for; RAVE files take 64 at most. Voices have their own memory, so a voice that joins starts fresh.", "linecount": 2}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-4", 0], "midpoints": [569.5, 106.0, 569.0, 108.0, 540.0, 110.0, 540.0, 340.0, 60.0, 343.0, 39.5, 350.0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-4", 0], "midpoints": [569.5, 134.0, 569.0, 136.0, 540.0, 138.0, 540.0, 340.0, 60.0, 343.0, 39.5, 350.0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-4", 0], "midpoints": [569.5, 162.0, 569.0, 164.0, 540.0, 166.0, 540.0, 340.0, 60.0, 343.0, 39.5, 350.0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-4", 0], "midpoints": [569.5, 190.0, 569.0, 192.0, 540.0, 194.0, 540.0, 340.0, 60.0, 343.0, 39.5, 350.0]}},
							{"patchline": {"source": ["obj-18", 0], "destination": ["obj-4", 0], "midpoints": [569.5, 218.0, 569.0, 220.0, 540.0, 222.0, 540.0, 340.0, 60.0, 343.0, 39.5, 350.0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-4", 0], "midpoints": [569.5, 246.0, 569.0, 248.0, 540.0, 250.0, 540.0, 340.0, 60.0, 343.0, 39.5, 350.0]}},
							{"patchline": {"source": ["obj-4", 2], "destination": ["obj-21", 0]}}
						]
					}
				}
			}
		],
		"lines" : []
	}
}
