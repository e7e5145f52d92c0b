{
	"patcher" : {
		"fileversion" : 1,
		"appversion" : {"major": 8, "minor": 5, "revision": 0, "architecture": "x64", "modernui": 1},
		"classnamespace" : "box",
		"rect" : [100.0, 100.0, 860.0, 640.0],
		"openinpresentation" : 0,
		"default_fontsize" : 12.0,
		"default_fontface" : 0,
		"default_fontname" : "Arial",
		"gridsize" : [15.0, 15.0],
		"boxes" : [
			{
				"box" : {"id": "obj-1", "maxclass": "panel", "numinlets": 1, "numoutlets": 0, "patching_rect": [0.0, 0.0, 860.0, 56.0], "background": 1, "bgcolor": [0.17, 0.24, 0.33, 1.0], "bordercolor": [0.17, 0.24, 0.33, 1.0], "mode": 0, "rounded": 0, "ignoreclick": 1}
			},
			{
				"box" : {"id": "obj-2", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [20.0, 14.0, 161.0, 30.0], "text": "latent playground", "textcolor": [1.0, 1.0, 1.0, 1.0], "fontsize": 18.0, "fontface": 1}
			},
			{
				"box" : {"id": "obj-3", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [195.0, 18.0, 645.0, 20.0], "text": "what a RAVE file makes of your sound, shifted by sliders that drift", "textcolor": [1.0, 1.0, 1.0, 1.0]}
			},
			{
				"box" : {"id": "obj-4", "maxclass": "button", "numinlets": 1, "numoutlets": 1, "outlettype": ["bang"], "patching_rect": [30.0, 80.0, 22.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-5", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", "bang"], "patching_rect": [30.0, 114.0, 75.0, 22.0], "text": "opendialog"}
			},
			{
				"box" : {"id": "obj-6", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["", ""], "patching_rect": [30.0, 148.0, 34.0, 22.0], "text": "t l l"}
			},
			{
				"box" : {"id": "obj-7", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [58.0, 82.0, 139.0, 20.0], "text": "choose a RAVE file (.ts)"}
			},
			{
				"box" : {"id": "obj-8", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 182.0, 100.0, 22.0], "text": "load $1 decode"}
			},
			{
				"box" : {"id": "obj-9", "maxclass": "message", "numinlets": 2, "numoutlets": 1, "outlettype": [""], "patching_rect": [230.0, 182.0, 100.0, 22.0], "text": "load $1 encode"}
			},
			{
				"box" : {"id": "obj-10", "maxclass": "newobj", "numinlets": 1, "numoutlets": 0, "patching_rect": [30.0, 216.0, 171.0, 22.0], "text": "send nn_playground_decode"}
			},
			{
				"box" : {"id": "obj-11", "maxclass": "ezadc~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [310.0, 80.0, 45.0, 45.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-12", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [364.0, 92.0, 80.0, 60.0], "text": "the microphone: headphones on", "linecount": 4}
			},
			{
				"box" : {"id": "obj-13", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [220.0, 270.0, 220.0, 22.0], "text": "mcs.nn~ void @chans 16 @late hold"}
			},
			{
				"box" : {"id": "obj-14", "maxclass": "bpatcher", "numinlets": 1, "numoutlets": 2, "outlettype": ["multichannelsignal", ""], "patching_rect": [470.0, 76.0, 350.0, 214.0], "enablehscroll": 0, "enablevscroll": 0, "offset": [0.0, 0.0], "name": "nn.latents.maxpat", "args": [16, -3.0, 3.0], "border": 1, "lockeddragscroll": 1, "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-15", "maxclass": "newobj", "numinlets": 2, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [220.0, 340.0, 270.0, 22.0], "text": "mc.+~"}
			},
			{
				"box" : {"id": "obj-16", "maxclass": "newobj", "numinlets": 1, "numoutlets": 1, "outlettype": ["multichannelsignal"], "patching_rect": [220.0, 400.0, 220.0, 22.0], "text": "mcs.nn~ void @chans 2"}
			},
			{
				"box" : {"id": "obj-17", "maxclass": "newobj", "numinlets": 0, "numoutlets": 1, "outlettype": [""], "patching_rect": [30.0, 360.0, 183.0, 22.0], "text": "receive nn_playground_decode"}
			},
			{
				"box" : {"id": "obj-18", "maxclass": "newobj", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", "signal"], "patching_rect": [220.0, 440.0, 91.0, 22.0], "text": "mc.unpack~ 2"}
			},
			{
				"box" : {"id": "obj-19", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [220.0, 486.0, 150.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-20", "maxclass": "gain~", "numinlets": 1, "numoutlets": 2, "outlettype": ["signal", ""], "patching_rect": [390.0, 486.0, 150.0, 22.0], "parameter_enable": 0}
			},
			{
				"box" : {"id": "obj-21", "maxclass": "ezdac~", "numinlets": 2, "numoutlets": 0, "patching_rect": [220.0, 526.0, 45.0, 45.0], "local": 1}
			},
			{
				"box" : {"id": "obj-22", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [274.0, 536.0, 231.0, 20.0], "text": "1. click: audio on. 2. raise the level above"}
			},
			{
				"box" : {"id": "obj-23", "maxclass": "comment", "numinlets": 1, "numoutlets": 0, "patching_rect": [510.0, 330.0, 320.0, 60.0], "text": "Sixteen sliders: a model that has fewer latents ignores the rest. Turn drift up a little and leave it alone; store a sound you like, find another, and drag morph from 1 to 2. Without a sound in front, the sliders alone make one.", "linecount": 4}
			}
		],
		"lines" : [
			{"patchline": {"source": ["obj-4", 0], "destination": ["obj-5", 0]}},
			{"patchline": {"source": ["obj-5", 0], "destination": ["obj-6", 0]}},
			{"patchline": {"source": ["obj-6", 0], "destination": ["obj-8", 0]}},
			{"patchline": {"source": ["obj-6", 1], "destination": ["obj-9", 0]}},
			{"patchline": {"source": ["obj-8", 0], "destination": ["obj-10", 0]}},
			{"patchline": {"source": ["obj-9", 0], "destination": ["obj-13", 0]}},
			{"patchline": {"source": ["obj-11", 0], "destination": ["obj-13", 0], "midpoints": [319.5, 125.0, 319.5, 140.0, 214.0, 160.0, 214.0, 250.0, 229.5, 262.0, 229.5, 270.0]}},
			{"patchline": {"source": ["obj-13", 0], "destination": ["obj-15", 0]}},
			{"patchline": {"source": ["obj-14", 0], "destination": ["obj-15", 1]}},
			{"patchline": {"source": ["obj-15", 0], "destination": ["obj-16", 0]}},
			{"patchline": {"source": ["obj-17", 0], "destination": ["obj-16", 0]}},
			{"patchline": {"source": ["obj-16", 0], "destination": ["obj-18", 0]}},
			{"patchline": {"source": ["obj-18", 0], "destination": ["obj-19", 0]}},
			{"patchline": {"source": ["obj-18", 1], "destination": ["obj-20", 0]}},
			{"patchline": {"source": ["obj-19", 0], "destination": ["obj-21", 0]}},
			{"patchline": {"source": ["obj-20", 0], "destination": ["obj-21", 1]}},
			{"patchline": {"source": ["obj-19", 1], "destination": ["obj-20", 0], "midpoints": [360.5, 508.0, 360.0, 516.0, 385.0, 516.0, 385.0, 478.0, 399.5, 478.0, 399.5, 486.0]}}
		]
	}
}
