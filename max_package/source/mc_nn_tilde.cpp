// mc.nn~
#include "audio_class.h"

void C74_EXPORT ext_main(void*) { maxmsp::register_audio_class("mc.nn~", maxmsp::Kind::mc); }
