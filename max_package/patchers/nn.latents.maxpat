{
	"patcher" : {
		"fileversion" : 1,
		"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
		"classnamespace" : "box",
		"rect" : [100.0, 100.0, 1000.0, 670.0],
		"openinpresentation" : 1,
		"default_fontsize" : 12.0,
		"default_fontface" : 0,
		"default_fontname" : "Arial",
		"gridsize" : [15.0, 15.0],
		"boxes" : [
			{
				"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 1.0, 1.0], "presentation": 1, "presentation_rect": [0.0, 0.0, 350.0, 210.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-2", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [30.0, 20.0, 120.0, 22.0], "text": "patcherargs 8 -3. 3."}
			},
			{
				"box" : {"id": "obj-3", "maxclass": "newobj", "numinlets": 1, "numoutlets": 3, "outlettype": ["", "", ""], "patching_rect": [30.0, 54.0, 160.0, 22.0], "text": "unpack 8 -3. 3."}
			},
			{
				"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 5, "outlettype": ["bang", "int", "int", "int", "int"], "patching_rect": [30.0, 96.0, 180.0, 22.0], "text": "t b i i i i"}
			},
			{
				"box" : {"id": "obj-5", "maxclass": "inlet", "numinlets": 0, "numoutlets": 1, "outlettype": [""], "patching_rect": [400.0, 20.0, 26.0, 26.0], "comment": "a list, or range, drift, speed, store, recall", "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 6, "numoutlets": 6, "outlettype": ["", "", "", "", "", ""], "patching_rect": [400.0, 60.0, 440.0, 22.0], "text": "route range drift speed store recall"}
			},
			{
				"box" : {"id": "obj-7", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [230.0, 96.0, 56.0, 22.0], "presentation": 1, "presentation_rect": [10.0, 137.0, 54.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-8", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [310.0, 96.0, 56.0, 22.0], "presentation": 1, "presentation_rect": [70.0, 137.0, 54.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-9", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [400.0, 96.0, 81.0, 22.0], "text": "unpack 0. 0."}
			},
			{
				"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [230.0, 132.0, 66.0, 22.0], "text": "pak -3. 3."}
			},
			{
				"box" : {"id": "obj-11", "maxclass": "multislider", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [30.0, 210.0, 300.0, 120.0], "presentation": 1, "presentation_rect": [10.0, 10.0, 330.0, 100.0], "varname": "sliders", "size": 8, "setminmax": [-3.0, 3.0], "setstyle": 1, "settype": 0, "contdata": 1, "slidercolor": [0.17, 0.24, 0.33, 1.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [60.0, 166.0, 56.0, 22.0], "text": "size $1"}
			},
			{
				"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [230.0, 166.0, 109.0, 22.0], "text": "setminmax $1 $2"}
			},
			{
				"box" : {"id": "obj-14", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [520.0, 126.0, 56.0, 22.0], "presentation": 1, "presentation_rect": [140.0, 137.0, 54.0, 22.0], "minimum": 0.0, "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-15", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [660.0, 126.0, 56.0, 22.0], "presentation": 1, "presentation_rect": [200.0, 137.0, 54.0, 22.0], "minimum": 0.01, "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-16", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [700.0, 92.0, 87.0, 22.0], "text": "loadmess 0.3"}
			},
			{
				"box" : {"id": "obj-17", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [560.0, 166.0, 36.0, 22.0], "text": "> 0."}
			},
			{
				"box" : {"id": "obj-18", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["bang", "float"], "patching_rect": [460.0, 166.0, 36.0, 22.0], "text": "t b f"}
			},
			{
				"box" : {"id": "obj-19", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["bang"], "patching_rect": [520.0, 204.0, 63.0, 22.0], "text": "metro 30"}
			},
			{
				"box" : {"id": "obj-20", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["bang"], "patching_rect": [600.0, 204.0, 77.0, 22.0], "text": "metro 3000"}
			},
			{
				"box" : {"id": "obj-21", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["float"], "patching_rect": [660.0, 166.0, 56.0, 22.0], "text": "!/ 1000."}
			},
			{
				"box" : {"id": "obj-22", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [760.0, 166.0, 47.0, 22.0], "text": "* 0.19"}
			},
			{
				"box" : {"id": "obj-23", "maxclass": "newobj", "numinlets": 2, "numoutlets": 3, "outlettype": ["bang", "bang", "int"], "patching_rect": [600.0, 238.0, 43.0, 22.0], "text": "uzi 8"}
			},
			{
				"box" : {"id": "obj-24", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["int"], "patching_rect": [600.0, 272.0, 87.0, 22.0], "text": "random 2001"}
			},
			{
				"box" : {"id": "obj-25", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [600.0, 306.0, 119.0, 22.0], "text": "expr $i1 / 1000. - 1."}
			},
			{
				"box" : {"id": "obj-26", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [600.0, 340.0, 69.0, 22.0], "text": "zl.group 8"}
			},
			{
				"box" : {"id": "obj-27", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [520.0, 374.0, 59.0, 22.0], "text": "zl.reg 0."}
			},
			{
				"box" : {"id": "obj-28", "maxclass": "newobj", "numinlets": 3, "numoutlets": 1, "outlettype": [""], "patching_rect": [520.0, 410.0, 290.0, 22.0], "text": "vexpr $f1 + $f3 * ($f2 - $f1) @scalarmode 1"}
			},
			{
				"box" : {"id": "obj-29", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [520.0, 446.0, 34.0, 22.0], "text": "t l l"}
			},
			{
				"box" : {"id": "obj-30", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [520.0, 482.0, 190.0, 22.0], "text": "vexpr $f1 * $f2 @scalarmode 1"}
			},
			{
				"box" : {"id": "obj-31", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [400.0, 450.0, 67.0, 22.0], "text": "chans $1"}
			},
			{
				"box" : {"id": "obj-32", "maxclass": "newobj", "numinlets": 2, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [30.0, 482.0, 45.0, 22.0], "text": "zl.reg"}
			},
			{
				"box" : {"id": "obj-33", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["bang", ""], "patching_rect": [380.0, 516.0, 35.0, 22.0], "text": "t b l"}
			},
			{
				"box" : {"id": "obj-34", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 550.0, 200.0, 22.0], "text": "vexpr $f1 + $f2 @scalarmode 1"}
			},
			{
				"box" : {"id": "obj-35", "maxclass": "newobj", "numinlets": 3, "numoutlets": 1, "outlettype": [""], "patching_rect": [260.0, 550.0, 100.0, 22.0], "text": "clip -3. 3."}
			},
			{
				"box" : {"id": "obj-36", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [380.0, 580.0, 34.0, 22.0], "text": "t l l"}
			},
			{
				"box" : {"id": "obj-37", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [520.0, 550.0, 115.0, 22.0], "text": "mc.list~ @chans 8"}
			},
			{
				"box" : {"id": "obj-38", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [520.0, 584.0, 169.0, 22.0], "text": "mc.rampsmooth~ 1024 1024"}
			},
			{
				"box" : {"id": "obj-39", "maxclass": "outlet", "numinlets": 1, "numoutlets": 0, "patching_rect": [520.0, 620.0, 26.0, 26.0], "comment": "multichannel signal", "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-40", "maxclass": "outlet", "numinlets": 1, "numoutlets": 0, "patching_rect": [580.0, 620.0, 26.0, 26.0], "comment": "list", "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-41", "maxclass": "newobj", "numinlets": 1, "numoutlets": 3, "outlettype": ["", "", ""], "patching_rect": [100.0, 350.0, 177.0, 22.0], "text": "pattr positions @bindto sliders"}
			},
			{
				"box" : {"id": "obj-42", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [820.0, 590.0, 161.0, 22.0], "text": "pattrstorage @savemode 0"}
			},
			{
				"box" : {"id": "obj-43", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": [""], "patching_rect": [880.0, 96.0, 90.0, 22.0], "text": "prepend store"}
			},
			{
				"box" : {"id": "obj-44", "maxclass": "flonum", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [820.0, 520.0, 56.0, 22.0], "presentation": 1, "presentation_rect": [284.0, 137.0, 54.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-45", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 210.0, 55.0, 22.0], "presentation": 1, "presentation_rect": [10.0, 185.0, 54.0, 22.0], "text": "store 1"}
			},
			{
				"box" : {"id": "obj-46", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 350.0, 32.0, 22.0], "presentation": 1, "presentation_rect": [67.0, 185.0, 24.0, 22.0], "text": "1"}
			},
			{
				"box" : {"id": "obj-47", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 240.0, 55.0, 22.0], "presentation": 1, "presentation_rect": [94.0, 185.0, 54.0, 22.0], "text": "store 2"}
			},
			{
				"box" : {"id": "obj-48", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 380.0, 32.0, 22.0], "presentation": 1, "presentation_rect": [151.0, 185.0, 24.0, 22.0], "text": "2"}
			},
			{
				"box" : {"id": "obj-49", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 270.0, 55.0, 22.0], "presentation": 1, "presentation_rect": [178.0, 185.0, 54.0, 22.0], "text": "store 3"}
			},
			{
				"box" : {"id": "obj-50", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 410.0, 32.0, 22.0], "presentation": 1, "presentation_rect": [235.0, 185.0, 24.0, 22.0], "text": "3"}
			},
			{
				"box" : {"id": "obj-51", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 300.0, 55.0, 22.0], "presentation": 1, "presentation_rect": [262.0, 185.0, 54.0, 22.0], "text": "store 4"}
			},
			{
				"box" : {"id": "obj-52", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [926.0, 440.0, 32.0, 22.0], "presentation": 1, "presentation_rect": [319.0, 185.0, 24.0, 22.0], "text": "4"}
			},
			{
				"box" : {"id": "obj-53", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 634.0, 56.0, 20.0], "presentation": 1, "presentation_rect": [10.0, 114.0, 56.0, 20.0], "text": "lowest"}
			},
			{
				"box" : {"id": "obj-54", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [94.0, 634.0, 56.0, 20.0], "presentation": 1, "presentation_rect": [70.0, 114.0, 56.0, 20.0], "text": "highest"}
			},
			{
				"box" : {"id": "obj-55", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [158.0, 634.0, 56.0, 20.0], "presentation": 1, "presentation_rect": [140.0, 114.0, 56.0, 20.0], "text": "drift"}
			},
			{
				"box" : {"id": "obj-56", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [222.0, 634.0, 56.0, 20.0], "presentation": 1, "presentation_rect": [200.0, 114.0, 56.0, 20.0], "text": "speed"}
			},
			{
				"box" : {"id": "obj-57", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [286.0, 634.0, 56.0, 20.0], "presentation": 1, "presentation_rect": [284.0, 114.0, 56.0, 20.0], "text": "morph"}
			},
			{
				"box" : {"id": "obj-58", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [620.0, 640.0, 300.0, 20.0], "presentation": 1, "presentation_rect": [6.0, 162.0, 300.0, 20.0], "text": "snapshots: store, recall; morph 1.5 is between 1 and 2"}
			},
			{
				"box" : {"id": "obj-59", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [160.0, 20.0, 108.0, 20.0], "text": "1. what was typed", "textcolor": [0.17, 0.24, 0.33, 1.0]}
			},
			{
				"box" : {"id": "obj-60", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [100.0, 380.0, 185.0, 20.0], "text": "2. sliders, as saved in snapshots", "textcolor": [0.17, 0.24, 0.33, 1.0]}
			},
			{
				"box" : {"id": "obj-61", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [694.0, 205.0, 45.0, 20.0], "text": "3. drift", "textcolor": [0.17, 0.24, 0.33, 1.0]}
			},
			{
				"box" : {"id": "obj-62", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 600.0, 140.0, 20.0], "text": "4. both, within the range", "textcolor": [0.17, 0.24, 0.33, 1.0]}
			},
			{
				"box" : {"id": "obj-63", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [880.0, 54.0, 80.0, 20.0], "text": "5. snapshots", "textcolor": [0.17, 0.24, 0.33, 1.0]}
			}
		],
		"lines" : [
			{"patchline": {"source": ["obj-2", 0], "destination": ["obj-3", 0]}},
			{"patchline": {"source": ["obj-3", 0], "destination": ["obj-4", 0]}},
			{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
			{"patchline": {"source": ["obj-3", 1], "destination": ["obj-7", 0]}},
			{"patchline": {"source": ["obj-3", 2], "destination": ["obj-8", 0]}},
			{"patchline": {"source": ["obj-6", 0], "destination": ["obj-9", 0]}},
			{"patchline": {"source": ["obj-9", 0], "destination": ["obj-7", 0], "midpoints": [409.5, 118.0, 409.5, 124.0, 380.0, 124.0, 380.0, 90.0, 239.5, 90.0, 239.5, 96.0]}},
			{"patchline": {"source": ["obj-9", 1], "destination": ["obj-8", 0], "midpoints": [471.5, 118.0, 471.5, 128.0, 376.0, 128.0, 376.0, 86.0, 319.5, 86.0, 319.5, 96.0]}},
			{"patchline": {"source": ["obj-7", 0], "destination": ["obj-10", 0]}},
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-10", 1]}},
			{"patchline": {"source": ["obj-10", 0], "destination": ["obj-13", 0]}},
			{"patchline": {"source": ["obj-4", 4], "destination": ["obj-12", 0], "midpoints": [200.5, 118.0, 200.5, 128.0, 200.5, 152.0, 69.0, 152.0, 69.5, 166.0]}},
			{"patchline": {"source": ["obj-12", 0], "destination": ["obj-11", 0]}},
			{"patchline": {"source": ["obj-13", 0], "destination": ["obj-11", 0]}},
			{"patchline": {"source": ["obj-4", 0], "destination": ["obj-11", 0]}},
			{"patchline": {"source": ["obj-6", 5], "destination": ["obj-11", 0], "midpoints": [830.5, 82.0, 830.5, 90.0, 830.5, 200.0, 339.0, 200.0, 39.5, 210.0]}},
			{"patchline": {"source": ["obj-16", 0], "destination": ["obj-15", 0]}},
			{"patchline": {"source": ["obj-14", 0], "destination": ["obj-17", 0]}},
			{"patchline": {"source": ["obj-14", 0], "destination": ["obj-18", 0]}},
			{"patchline": {"source": ["obj-17", 0], "destination": ["obj-19", 0]}},
			{"patchline": {"source": ["obj-17", 0], "destination": ["obj-20", 0]}},
			{"patchline": {"source": ["obj-15", 0], "destination": ["obj-21", 0]}},
			{"patchline": {"source": ["obj-15", 0], "destination": ["obj-22", 0]}},
			{"patchline": {"source": ["obj-21", 0], "destination": ["obj-20", 1]}},
			{"patchline": {"source": ["obj-20", 0], "destination": ["obj-23", 0]}},
			{"patchline": {"source": ["obj-23", 0], "destination": ["obj-24", 0]}},
			{"patchline": {"source": ["obj-24", 0], "destination": ["obj-25", 0]}},
			{"patchline": {"source": ["obj-25", 0], "destination": ["obj-26", 0]}},
			{"patchline": {"source": ["obj-19", 0], "destination": ["obj-27", 0]}},
			{"patchline": {"source": ["obj-18", 0], "destination": ["obj-27", 0], "midpoints": [469.5, 188.0, 469.5, 360.0, 529.5, 368.0, 529.5, 374.0]}},
			{"patchline": {"source": ["obj-27", 0], "destination": ["obj-28", 0]}},
			{"patchline": {"source": ["obj-26", 0], "destination": ["obj-28", 1]}},
			{"patchline": {"source": ["obj-22", 0], "destination": ["obj-28", 2], "midpoints": [769.5, 188.0, 769.5, 360.0, 800.5, 400.0, 800.5, 410.0]}},
			{"patchline": {"source": ["obj-28", 0], "destination": ["obj-29", 0]}},
			{"patchline": {"source": ["obj-29", 1], "destination": ["obj-27", 1], "midpoints": [544.5, 468.0, 544.5, 474.0, 508.0, 474.0, 508.0, 364.0, 575.0, 364.0, 569.5, 374.0]}},
			{"patchline": {"source": ["obj-29", 0], "destination": ["obj-30", 0]}},
			{"patchline": {"source": ["obj-18", 1], "destination": ["obj-30", 1], "midpoints": [486.5, 188.0, 486.5, 478.0, 600.0, 478.0, 700.5, 478.0, 700.5, 482.0]}},
			{"patchline": {"source": ["obj-6", 1], "destination": ["obj-14", 0]}},
			{"patchline": {"source": ["obj-6", 2], "destination": ["obj-15", 0]}},
			{"patchline": {"source": ["obj-4", 2], "destination": ["obj-23", 1], "midpoints": [120.0, 118.0, 120.0, 138.0, 215.0, 138.0, 215.0, 190.0, 500.0, 190.0, 500.0, 232.0, 635.0, 232.0, 633.5, 238.0]}},
			{"patchline": {"source": ["obj-4", 3], "destination": ["obj-26", 1], "midpoints": [160.25, 118.0, 160.0, 146.0, 222.0, 146.0, 222.0, 194.0, 490.0, 194.0, 490.0, 334.0, 660.0, 334.0, 659.5, 340.0]}},
			{"patchline": {"source": ["obj-4", 1], "destination": ["obj-31", 0], "midpoints": [79.75, 118.0, 79.5, 142.0, 22.0, 142.0, 22.0, 440.0, 409.0, 446.0, 409.5, 450.0]}},
			{"patchline": {"source": ["obj-11", 0], "destination": ["obj-32", 0]}},
			{"patchline": {"source": ["obj-30", 0], "destination": ["obj-33", 0]}},
			{"patchline": {"source": ["obj-33", 0], "destination": ["obj-32", 0], "midpoints": [389.5, 538.0, 389.5, 544.0, 370.0, 544.0, 370.0, 474.0, 39.5, 474.0, 39.5, 482.0]}},
			{"patchline": {"source": ["obj-32", 0], "destination": ["obj-34", 0]}},
			{"patchline": {"source": ["obj-33", 1], "destination": ["obj-34", 1], "midpoints": [405.5, 538.0, 405.5, 546.0, 240.0, 546.0, 220.5, 548.0, 220.5, 550.0]}},
			{"patchline": {"source": ["obj-34", 0], "destination": ["obj-35", 0], "midpoints": [39.5, 572.0, 39.5, 580.0, 245.0, 580.0, 245.0, 542.0, 269.5, 542.0, 269.5, 550.0]}},
			{"patchline": {"source": ["obj-7", 0], "destination": ["obj-35", 1], "midpoints": [239.5, 118.0, 239.5, 126.0, 216.0, 126.0, 216.0, 198.0, 350.0, 198.0, 350.0, 470.0, 310.0, 540.0, 310.0, 550.0]}},
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-35", 2], "midpoints": [319.5, 118.0, 319.5, 128.0, 356.0, 128.0, 356.0, 540.0, 350.0, 545.0, 350.5, 550.0]}},
			{"patchline": {"source": ["obj-35", 0], "destination": ["obj-36", 0]}},
			{"patchline": {"source": ["obj-36", 1], "destination": ["obj-37", 0], "midpoints": [404.5, 602.0, 404.5, 608.0, 450.0, 608.0, 450.0, 540.0, 529.5, 540.0, 529.5, 550.0]}},
			{"patchline": {"source": ["obj-31", 0], "destination": ["obj-37", 0]}},
			{"patchline": {"source": ["obj-37", 0], "destination": ["obj-38", 0]}},
			{"patchline": {"source": ["obj-38", 0], "destination": ["obj-39", 0]}},
			{"patchline": {"source": ["obj-36", 0], "destination": ["obj-40", 0], "midpoints": [389.5, 602.0, 389.5, 612.0, 589.5, 612.0, 589.5, 620.0]}},
			{"patchline": {"source": ["obj-6", 3], "destination": ["obj-43", 0], "midpoints": [662.1, 82.0, 662.1, 88.0, 889.5, 88.0, 889.5, 96.0]}},
			{"patchline": {"source": ["obj-43", 0], "destination": ["obj-42", 0], "midpoints": [889.5, 118.0, 889.5, 540.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-6", 4], "destination": ["obj-44", 0], "midpoints": [746.3, 82.0, 746.3, 92.0, 860.0, 92.0, 860.0, 500.0, 829.5, 510.0, 829.5, 520.0]}},
			{"patchline": {"source": ["obj-44", 0], "destination": ["obj-42", 0]}},
			{"patchline": {"source": ["obj-45", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 232.0, 935.0, 235.0, 914.0, 236.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-46", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 372.0, 935.0, 375.0, 914.0, 376.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-47", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 262.0, 935.0, 265.0, 914.0, 266.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-48", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 402.0, 935.0, 405.0, 914.0, 406.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-49", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 292.0, 935.0, 295.0, 914.0, 296.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-50", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 432.0, 935.0, 435.0, 914.0, 436.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-51", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 322.0, 935.0, 325.0, 914.0, 326.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}},
			{"patchline": {"source": ["obj-52", 0], "destination": ["obj-42", 0], "midpoints": [935.5, 462.0, 935.0, 465.0, 914.0, 466.0, 914.0, 560.0, 829.5, 580.0, 829.5, 590.0]}}
		]
	}
}
