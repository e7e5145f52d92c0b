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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 86.0, 30.0], "text": "mcs.nn~", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [120.0, 18.0, 660.0, 20.0], "text": "all signals of a model in one cable", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [30.0, 80.0, 68.0, 22.0], "text": "saw~ 110"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [120.0, 80.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [120.0, 112.0, 48.0, 22.0], "text": "*~ 0.2"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 150.0, 110.0, 22.0], "text": "mc.pack~ 2"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 320.0, 145.0, 22.0], "text": "mcs.nn~ effects midside"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [210.0, 112.0, 413.0, 33.0], "text": "left and right go in as two channels of one cable,\nmid and side come out so", "linecount": 2}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 150.0, 103.0, 22.0], "text": "method midside"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 180.0, 81.0, 22.0], "text": "method add"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 210.0, 82.0, 22.0], "text": "method thru"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 240.0, 64.0, 22.0], "text": "enable 0"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [420.0, 270.0, 64.0, 22.0], "text": "enable 1"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [531.0, 151.0, 89.0, 20.0], "text": "two in, two out"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [531.0, 181.0, 90.0, 20.0], "text": "two in, one out"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [531.0, 211.0, 91.0, 20.0], "text": "one in, one out"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [531.0, 241.0, 32.0, 20.0], "text": "rest"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [531.0, 271.0, 49.0, 20.0], "text": "and on"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 350.0, 100.0, 22.0], "text": "mc.mixdown~ 2"}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [30.0, 382.0, 91.0, 22.0], "text": "mc.unpack~ 2"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [30.0, 424.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [200.0, 424.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [30.0, 464.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [84.0, 474.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 516.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 518.0, 73.0, 20.0], "text": "The object", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 542.0, 750.0, 47.0], "text": "mcs.nn~ model [method] [voices] [block]. An inlet and an outlet for each voice, one when left out. In a cable are all signals of that voice: channel c of an inlet is input c of the model, channel c of an outlet its output c. What comes in too much is ignored, what is missing is silent. Messages and attributes are those of nn~, and chans, which fixes the number of channels of the outlets.", "linecount": 3}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-7", 1]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-20", 0]}},
							{"patchline": {"source": ["obj-20", 0], "destination": ["obj-21", 0]}},
							{"patchline": {"source": ["obj-21", 0], "destination": ["obj-22", 0]}},
							{"patchline": {"source": ["obj-21", 1], "destination": ["obj-23", 0]}},
							{"patchline": {"source": ["obj-22", 0], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-23", 0], "destination": ["obj-24", 1]}},
							{"patchline": {"source": ["obj-22", 1], "destination": ["obj-23", 0], "midpoints": [170.5, 446.0, 170.0, 454.0, 195.0, 454.0, 195.0, 416.0, 209.5, 416.0, 209.5, 424.0]}}
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
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [275.0, 18.0, 505.0, 20.0], "text": "mcs.nn~ demo_mc: the model answers with the number of the channel", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 84.0, 135.0, 22.0], "text": "mc.sig~ 0.5 @chans 3"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["multichannelsignal", "multichannelsignal"], "patching_rect": [30.0, 140.0, 360.0, 22.0], "text": "mcs.nn~ demo_mc channel 2"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [190.0, 85.0, 182.0, 20.0], "text": "two voices of three signals each"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "newobj", "numinlets": 1, "numoutlets": 3, "outlettype": ["signal", "signal", "signal"], "patching_rect": [30.0, 200.0, 246.0, 22.0], "text": "mc.unpack~ 3"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [30.0, 234.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 264.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [144.0, 234.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [144.0, 264.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [257.0, 234.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [257.0, 264.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "newobj", "numinlets": 1, "numoutlets": 3, "outlettype": ["signal", "signal", "signal"], "patching_rect": [371.0, 200.0, 246.0, 22.0], "text": "mc.unpack~ 3"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [371.0, 234.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [371.0, 264.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [484.0, 234.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [484.0, 264.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [598.0, 234.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [598.0, 264.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 296.0, 297.0, 20.0], "text": "0 1 2 in both: which signal of its voice each channel is"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 340.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 342.0, 47.0, 20.0], "text": "chans", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 420.0, 220.0, 22.0], "text": "mcs.nn~ demo_mc identity @chans 4"}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 380.0, 135.0, 22.0], "text": "mc.sig~ 0.5 @chans 3"}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [280.0, 380.0, 60.0, 22.0], "text": "chans 0"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [360.0, 380.0, 60.0, 22.0], "text": "chans 4"}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "newobj", "numinlets": 1, "numoutlets": 4, "outlettype": ["signal", "signal", "signal", "signal"], "patching_rect": [30.0, 464.0, 328.0, 22.0], "text": "mc.unpack~ 4"}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [30.0, 498.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-30", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 528.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-31", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [133.0, 498.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-32", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [133.0, 528.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-33", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [236.0, 498.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-34", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [236.0, 528.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-35", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [339.0, 498.0, 95.0, 22.0], "text": "snapshot~ 200"}
							},
							{
								"box" : {"id": "obj-36", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [339.0, 528.0, 56.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-37", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [400.0, 430.0, 370.0, 47.0], "text": "Without chans an outlet has as many channels as the model has outputs when the object is made. With chans 4 it has four, whatever the method: what the model does not fill is silent.", "linecount": 3}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 1]}},
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-7", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-9", 0]}},
							{"patchline": {"source": ["obj-7", 1], "destination": ["obj-10", 0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-7", 2], "destination": ["obj-12", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-13", 0]}},
							{"patchline": {"source": ["obj-5", 1], "destination": ["obj-14", 0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-15", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-16", 0]}},
							{"patchline": {"source": ["obj-14", 1], "destination": ["obj-17", 0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-18", 0]}},
							{"patchline": {"source": ["obj-14", 2], "destination": ["obj-19", 0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-20", 0]}},
							{"patchline": {"source": ["obj-25", 0], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-26", 0], "destination": ["obj-24", 0], "midpoints": [289.5, 402.0, 289.5, 410.0, 60.0, 412.0, 39.5, 420.0]}},
							{"patchline": {"source": ["obj-27", 0], "destination": ["obj-24", 0], "midpoints": [369.5, 402.0, 369.5, 410.0, 60.0, 412.0, 39.5, 420.0]}},
							{"patchline": {"source": ["obj-24", 0], "destination": ["obj-28", 0]}},
							{"patchline": {"source": ["obj-28", 0], "destination": ["obj-29", 0]}},
							{"patchline": {"source": ["obj-29", 0], "destination": ["obj-30", 0]}},
							{"patchline": {"source": ["obj-28", 1], "destination": ["obj-31", 0]}},
							{"patchline": {"source": ["obj-31", 0], "destination": ["obj-32", 0]}},
							{"patchline": {"source": ["obj-28", 2], "destination": ["obj-33", 0]}},
							{"patchline": {"source": ["obj-33", 0], "destination": ["obj-34", 0]}},
							{"patchline": {"source": ["obj-28", 3], "destination": ["obj-35", 0]}},
							{"patchline": {"source": ["obj-35", 0], "destination": ["obj-36", 0]}}
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
					"patching_rect" : [20.0, 80.0, 61.0, 22.0],
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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 179.0, 30.0], "text": "latents in one cable", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [213.0, 18.0, 567.0, 20.0], "text": "a RAVE file: encoder, sliders, decoder", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "button", "numinlets": 1, "numoutlets": 1, "outlettype": ["bang"], "patching_rect": [30.0, 76.0, 22.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 110.0, 75.0, 22.0], "text": "opendialog"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [30.0, 144.0, 34.0, 22.0], "text": "t l l"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [58.0, 78.0, 139.0, 20.0], "text": "choose a RAVE file (.ts)"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 178.0, 100.0, 22.0], "text": "load $1 decode"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [170.0, 178.0, 100.0, 22.0], "text": "load $1 encode"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 212.0, 133.0, 22.0], "text": "send nn_mcs_decode"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [210.0, 260.0, 210.0, 22.0], "text": "mcs.nn~ void @chans 8 @late hold"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [300.0, 110.0, 52.0, 22.0], "text": "noise~"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["signal"], "patching_rect": [300.0, 144.0, 48.0, 22.0], "text": "*~ 0.1"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [210.0, 320.0, 240.0, 22.0], "text": "mc.+~"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "bpatcher", "numinlets": 1, "numoutlets": 2, "outlettype": ["multichannelsignal", ""], "patching_rect": [430.0, 76.0, 350.0, 214.0], "enablehscroll": 0, "enablevscroll": 0, "offset": [0.0, 0.0], "name": "nn.latents.maxpat", "args": [8, -3.0, 3.0], "border": 1, "lockeddragscroll": 1, "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [210.0, 380.0, 210.0, 22.0], "text": "mcs.nn~ void @chans 2"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "newobj", "numinlets": 0, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 340.0, 146.0, 22.0], "text": "receive nn_mcs_decode"}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [210.0, 420.0, 91.0, 22.0], "text": "mc.unpack~ 2"}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [210.0, 460.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [380.0, 460.0, 150.0, 22.0], "parameter_enable": 0}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [210.0, 500.0, 45.0, 45.0], "local": 1}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [264.0, 510.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [470.0, 330.0, 310.0, 60.0], "text": "chans 8 for eight latents: say as many as your model has. A file with fewer or more works all the same; what the decoder does not take is ignored. A mono model fills the first channel only.", "linecount": 4}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-8", 0]}},
							{"patchline": {"source": ["obj-6", 1], "destination": ["obj-9", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-10", 0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-11", 0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-13", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-11", 0], "midpoints": [309.5, 166.0, 309.5, 200.0, 219.5, 250.0, 219.5, 260.0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-14", 0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-14", 1]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-16", 0]}},
							{"patchline": {"source": ["obj-17", 0], "destination": ["obj-16", 0]}},
							{"patchline": {"source": ["obj-16", 0], "destination": ["obj-18", 0]}},
							{"patchline": {"source": ["obj-18", 0], "destination": ["obj-19", 0]}},
							{"patchline": {"source": ["obj-18", 1], "destination": ["obj-20", 0]}},
							{"patchline": {"source": ["obj-19", 0], "destination": ["obj-21", 0]}},
							{"patchline": {"source": ["obj-20", 0], "destination": ["obj-21", 1]}},
							{"patchline": {"source": ["obj-19", 1], "destination": ["obj-20", 0], "midpoints": [350.5, 482.0, 350.0, 490.0, 375.0, 490.0, 375.0, 452.0, 389.5, 452.0, 389.5, 460.0]}}
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
					"patching_rect" : [20.0, 110.0, 65.0, 22.0],
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
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 2, "numoutlets": 3, "outlettype": ["multichannelsignal", "multichannelsignal", ""], "patching_rect": [30.0, 350.0, 240.0, 22.0], "text": "mcs.nn~ void 2 @dumpout 1"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [30.0, 84.0, 145.0, 22.0], "text": "mc.saw~ 110 @chans 3"}
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
