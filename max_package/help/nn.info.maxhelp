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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 70.0, 30.0], "text": "nn.info", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [104.0, 18.0, 676.0, 20.0], "text": "tells what is in a model file, without playing it", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 6, "outlettype": ["", "", "", "", "dictionary", "dictionary"], "patching_rect": [30.0, 330.0, 560.0, 22.0], "text": "nn.info effects"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [56.0, 110.0, 81.0, 22.0], "text": "set features"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [56.0, 140.0, 123.0, 22.0], "text": "set demo_attributes"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [56.0, 170.0, 73.0, 22.0], "text": "set effects"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [246.0, 110.0, 41.0, 22.0], "text": "path"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [246.0, 140.0, 64.0, 22.0], "text": "methods"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [246.0, 170.0, 67.0, 22.0], "text": "attributes"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [406.0, 110.0, 125.0, 22.0], "text": "parameters saturate"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [406.0, 140.0, 115.0, 22.0], "text": "parameters fractal"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [406.0, 170.0, 73.0, 22.0], "text": "dump_dict"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [616.0, 110.0, 45.0, 22.0], "text": "bang"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [616.0, 140.0, 48.0, 22.0], "text": "dump"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [52.0, 80.0, 91.0, 20.0], "text": "1. another file", "fontface": 1}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [242.0, 80.0, 86.0, 20.0], "text": "2. a question", "fontface": 1}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [402.0, 80.0, 122.0, 20.0], "text": "or one with a name", "fontface": 1}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [612.0, 80.0, 86.0, 20.0], "text": "or all at once", "fontface": 1}
							},
							{
								"box" : {"id": "obj-20", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [612.0, 180.0, 170.0, 47.0], "text": "dump and bang also ask the internet for the models that can be downloaded.", "linecount": 3}
							},
							{
								"box" : {"id": "obj-21", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 380.0, 66.0, 22.0], "text": "print path"}
							},
							{
								"box" : {"id": "obj-22", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [138.2, 380.0, 89.0, 22.0], "text": "print methods"}
							},
							{
								"box" : {"id": "obj-23", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [246.4, 380.0, 92.0, 22.0], "text": "print attributes"}
							},
							{
								"box" : {"id": "obj-24", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [354.6, 380.0, 103.0, 22.0], "text": "print parameters"}
							},
							{
								"box" : {"id": "obj-25", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [462.8, 380.0, 94.0, 22.0], "text": "print dictionary"}
							},
							{
								"box" : {"id": "obj-26", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [571.0, 380.0, 81.0, 22.0], "text": "print models"}
							},
							{
								"box" : {"id": "obj-27", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 430.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-28", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 432.0, 73.0, 20.0], "text": "The object", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-29", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 460.0, 750.0, 47.0], "text": "nn.info [model] [@dict name]. Outlets from left to right: the path; a message method name for each method; a message attribute name for each attribute; parameters; a dictionary with all of it; a dictionary of the models that can be downloaded. A file is read in the background; what comes after set waits for it.", "linecount": 3}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-4", 0], "midpoints": [65.5, 132.0, 65.5, 134.0, 44.0, 136.0, 44.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0], "midpoints": [65.5, 162.0, 65.5, 164.0, 44.0, 166.0, 44.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-4", 0], "midpoints": [65.5, 192.0, 65.5, 194.0, 44.0, 196.0, 44.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-4", 0], "midpoints": [255.5, 132.0, 255.5, 134.0, 234.0, 136.0, 234.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-4", 0], "midpoints": [255.5, 162.0, 255.5, 164.0, 234.0, 166.0, 234.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-10", 0], "destination": ["obj-4", 0], "midpoints": [255.5, 192.0, 255.5, 194.0, 234.0, 196.0, 234.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-11", 0], "destination": ["obj-4", 0], "midpoints": [415.5, 132.0, 415.5, 134.0, 394.0, 136.0, 394.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-12", 0], "destination": ["obj-4", 0], "midpoints": [415.5, 162.0, 415.5, 164.0, 394.0, 166.0, 394.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-4", 0], "midpoints": [415.5, 192.0, 415.5, 194.0, 394.0, 196.0, 394.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-14", 0], "destination": ["obj-4", 0], "midpoints": [625.5, 132.0, 625.5, 134.0, 604.0, 136.0, 604.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-15", 0], "destination": ["obj-4", 0], "midpoints": [625.5, 162.0, 625.5, 164.0, 604.0, 166.0, 604.0, 280.0, 39.5, 316.0, 39.5, 330.0]}},
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-21", 0]}},
							{"patchline": {"source": ["obj-4", 1], "destination": ["obj-22", 0]}},
							{"patchline": {"source": ["obj-4", 2], "destination": ["obj-23", 0]}},
							{"patchline": {"source": ["obj-4", 3], "destination": ["obj-24", 0]}},
							{"patchline": {"source": ["obj-4", 4], "destination": ["obj-25", 0]}},
							{"patchline": {"source": ["obj-4", 5], "destination": ["obj-26", 0]}}
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
					"patching_rect" : [20.0, 50.0, 77.0, 22.0],
					"text" : "p dictionary",
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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 110.0, 30.0], "text": "dictionaries", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [144.0, 18.0, 636.0, 20.0], "text": "all about a model in one thing that other objects understand", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 6, "outlettype": ["", "", "", "", "dictionary", "dictionary"], "patching_rect": [30.0, 210.0, 560.0, 22.0], "text": "nn.info effects @dict nn_help_info"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 80.0, 73.0, 22.0], "text": "dump_dict"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 108.0, 81.0, 22.0], "text": "set features"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 136.0, 117.0, 22.0], "text": "dict nn_help_other"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [300.0, 164.0, 109.0, 22.0], "text": "dict nn_help_info"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [425.0, 81.0, 47.0, 20.0], "text": "send it"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [425.0, 109.0, 133.0, 20.0], "text": "another file fills it anew"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [425.0, 137.0, 187.0, 20.0], "text": "into a dictionary of another name"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [425.0, 165.0, 61.0, 20.0], "text": "and back"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "newobj", "numinlets": 2, "numoutlets": 4, "outlettype": ["dictionary", "", "", ""], "patching_rect": [440.0, 260.0, 107.0, 22.0], "text": "dict nn_help_info"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [440.0, 300.0, 62.0, 22.0], "text": "dict.view"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 350.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 352.0, 79.0, 20.0], "text": "What is in it", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 380.0, 750.0, 47.0], "text": "methods: for each its channels_in, channels_out, ratio_in and ratio_out, where a ratio of 2048 means one value in 2048 samples. attributes: for each its attribute_type, a list of bool, int, float, string, tensor or buffer, one word for each element. dict.unpack, dict.iter and the like take it apart; parameters name tells the same as messages, one method or attribute at a time.", "linecount": 3}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-4", 4], "destination": ["obj-13", 0]}},
							{"patchline": {"source": ["obj-13", 0], "destination": ["obj-14", 0]}}
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
					"text" : "p models",
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
								"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 222.0, 30.0], "text": "models from the internet", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
							},
							{
								"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [256.0, 18.0, 524.0, 20.0], "text": "what others have trained, into the folder models of the package", "textcolor": [1.0, 1.0, 1.0, 1.0]}
							},
							{
								"box" : {"id": "obj-4", "maxclass": "newobj", "numinlets": 1, "numoutlets": 6, "outlettype": ["", "", "", "", "dictionary", "dictionary"], "patching_rect": [30.0, 250.0, 560.0, 22.0], "text": "nn.info"}
							},
							{
								"box" : {"id": "obj-5", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [250.0, 80.0, 134.0, 22.0], "text": "get_available_models"}
							},
							{
								"box" : {"id": "obj-6", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [250.0, 108.0, 149.0, 22.0], "text": "download ircam/rave/isis"}
							},
							{
								"box" : {"id": "obj-7", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [250.0, 136.0, 181.0, 22.0], "text": "download ircam/rave/isis voice"}
							},
							{
								"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [250.0, 164.0, 79.0, 22.0], "text": "remove isis"}
							},
							{
								"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [250.0, 192.0, 82.0, 22.0], "text": "delete voice"}
							},
							{
								"box" : {"id": "obj-10", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [439.0, 81.0, 182.0, 20.0], "text": "a dictionary: source, type, name"}
							},
							{
								"box" : {"id": "obj-11", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [439.0, 109.0, 197.0, 20.0], "text": "source/type/name, as the list has it"}
							},
							{
								"box" : {"id": "obj-12", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [439.0, 137.0, 151.0, 20.0], "text": "under a name of your own"}
							},
							{
								"box" : {"id": "obj-13", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [439.0, 165.0, 89.0, 20.0], "text": "deletes the file"}
							},
							{
								"box" : {"id": "obj-14", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [439.0, 193.0, 61.0, 20.0], "text": "the same"}
							},
							{
								"box" : {"id": "obj-15", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 310.0, 66.0, 22.0], "text": "print path"}
							},
							{
								"box" : {"id": "obj-16", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [571.0, 310.0, 90.0, 22.0], "text": "print available"}
							},
							{
								"box" : {"id": "obj-17", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 360.0, 760.0, 24.0], "background": 1, "bgcolor": [0.93, 0.95, 0.97, 1.0], "bordercolor": [0.93, 0.95, 0.97, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
							},
							{
								"box" : {"id": "obj-18", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 362.0, 96.0, 20.0], "text": "Where they go", "textcolor": [0.17, 0.24, 0.33, 1.0], "fontface": 1}
							},
							{
								"box" : {"id": "obj-19", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [24.0, 390.0, 750.0, 47.0], "text": "A model is complete before it appears; what breaks off goes on where it stopped when asked for again. nn~, mc.nn~ and mcs.nn~ know the messages print_available_models, download, remove and delete too. Many models are under licences that forbid commercial use: see where they come from.", "linecount": 3}
							}
						],
						"lines" : [
							{"patchline": {"source": ["obj-5", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-6", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-7", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-8", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-9", 0], "destination": ["obj-4", 0]}},
							{"patchline": {"source": ["obj-4", 0], "destination": ["obj-15", 0]}},
							{"patchline": {"source": ["obj-4", 5], "destination": ["obj-16", 0]}}
						]
					}
				}
			}
		],
		"lines" : []
	}
}
