// mcs.nn~
#include "audio_class.h"

void C74_EXPORT ext_main(void*) { maxmsp::register_audio_class("mcs.nn~", maxmsp::Kind::mcs); }
