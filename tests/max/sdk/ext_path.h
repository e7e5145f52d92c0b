// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include "ext_types.h"

BEGIN_USING_C_LINKAGE

enum {
  PATH_STYLE_MAX = 0,
  PATH_STYLE_NATIVE,
  PATH_STYLE_COLON,
  PATH_STYLE_SLASH,
  PATH_STYLE_NATIVE_WIN
};

enum {
  PATH_TYPE_IGNORE = 0,
  PATH_TYPE_ABSOLUTE,
  PATH_TYPE_RELATIVE,
  PATH_TYPE_BOOT,
  PATH_TYPE_C74,
  PATH_TYPE_PATH
};

short locatefile_extended(char* name, short* outvol, t_fourcc* outtype,
                          const t_fourcc* filetypelist, short numtypes);
short path_toabsolutesystempath(short in_path, const char* in_filename, char* out_filename);
short path_frompathname(const char* name, short* path, char* filename);
short path_nameconform(const char* src, char* dst, long style, long type);

END_USING_C_LINKAGE
