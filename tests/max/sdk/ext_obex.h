// Our own declarations of publicly documented functions, for tests; the real SDK is used where
// MAX_SDK_DIR is given.
#pragma once

#include <type_traits>

#include "ext.h"

#define CLASS_BOX gensym("box")
#define CLASS_NOBOX gensym("nobox")

enum {
  ATTR_FLAGS_NONE = 0x0,
  ATTR_GET_OPAQUE = 0x00000001,
  ATTR_SET_OPAQUE = 0x00000002,
  ATTR_GET_OPAQUE_USER = 0x00000100,
  ATTR_SET_OPAQUE_USER = 0x00000200,
  ATTR_GET_DEFER = 0x00010000,
  ATTR_GET_USURP = 0x00020000,
  ATTR_GET_DEFER_LOW = 0x00040000,
  ATTR_GET_USURP_LOW = 0x00080000,
  ATTR_SET_DEFER = 0x01000000,
  ATTR_SET_USURP = 0x02000000,
  ATTR_SET_DEFER_LOW = 0x04000000,
  ATTR_SET_USURP_LOW = 0x08000000
};

// What the method assist is asked about.
enum { ASSIST_INLET = 1, ASSIST_OUTLET = 2 };

BEGIN_USING_C_LINKAGE

t_class* class_new(const char* name, const method mnew, const method mfree, long size,
                   const method mmenu, short type, ...);
t_max_err class_free(t_class* c);
t_max_err class_register(t_symbol* name_space, t_class* c);
t_max_err class_addmethod(t_class* c, const method m, const char* name, ...);
t_max_err class_addattr(t_class* c, t_object* attr);
t_class* class_findbyname(t_symbol* name_space, t_symbol* classname);
t_symbol* class_nameget(t_class* c);
void* class_attr_get(t_class* c, t_symbol* attrname);
t_max_err class_attr_addattr_parse(t_class* c, const char* attrname, const char* attrname2,
                                   t_symbol* type, long flags, const char* parsestr);
t_max_err class_attr_addattr_format(t_class* c, const char* attrname, const char* attrname2,
                                    t_symbol* type, long flags, const char* fmt, ...);

t_object* attribute_new(const char* name, t_symbol* type, long flags, const method mget,
                        const method mset);
t_object* attr_offset_new(const char* name, const t_symbol* type, long flags, const method mget,
                          const method mset, long offset);
void attr_args_process(void* x, short ac, t_atom* av);
void attr_dictionary_process(void* x, struct _dictionary* d);
long attr_args_offset(short ac, t_atom* av);

void* object_alloc(t_class* c);
t_max_err object_free(void* x);
void* object_method_imp(void* x, void* s, void* p1, void* p2, void* p3, void* p4, void* p5,
                        void* p6, void* p7, void* p8);
t_max_err object_method_typed(void* x, t_symbol* s, long ac, t_atom* av, t_atom* rv);
t_symbol* object_classname(void* x);
t_class* object_class(void* x);
method object_getmethod(void* x, t_symbol* s);

t_max_err object_attr_setvalueof(void* x, t_symbol* s, long argc, t_atom* argv);
t_max_err object_attr_getvalueof(void* x, t_symbol* s, long* argc, t_atom** argv);
t_max_err object_attr_setlong(void* x, t_symbol* s, t_atom_long c);
t_max_err object_attr_setfloat(void* x, t_symbol* s, t_atom_float c);
t_max_err object_attr_setsym(void* x, t_symbol* s, t_symbol* c);
t_atom_long object_attr_getlong(void* x, t_symbol* s);
t_atom_float object_attr_getfloat(void* x, t_symbol* s);
t_symbol* object_attr_getsym(void* x, t_symbol* s);
t_max_err object_attr_touch(t_object* x, t_symbol* attrname);

t_max_err object_obex_store(void* x, t_symbol* key, t_object* val);
t_max_err object_obex_lookup(void* x, t_symbol* key, t_object** val);
void object_obex_dumpout(void* x, t_symbol* s, long argc, t_atom* argv);

void* object_register(t_symbol* name_space, t_symbol* s, void* x);
t_max_err object_unregister(void* x);
void* object_findregistered(t_symbol* name_space, t_symbol* s);
t_max_err object_attach_byptr_register(void* x, void* object_to_attach, t_symbol* reg_name_space);
t_max_err object_detach_byptr(void* x, void* registeredobject);
void* object_subscribe(t_symbol* name_space, t_symbol* s, t_symbol* classname, void* x);
t_max_err object_unsubscribe(t_symbol* name_space, t_symbol* s, t_symbol* classname, void* x);
t_max_err object_notify(void* x, t_symbol* s, void* data);

void object_post(t_object* x, const char* s, ...);
void object_warn(t_object* x, const char* s, ...);
void object_error(t_object* x, const char* s, ...);

t_max_err atom_setlong(t_atom* a, t_atom_long b);
t_max_err atom_setfloat(t_atom* a, double b);
t_max_err atom_setsym(t_atom* a, const t_symbol* b);
t_max_err atom_setobj(t_atom* a, void* b);
t_atom_long atom_getlong(const t_atom* a);
t_atom_float atom_getfloat(const t_atom* a);
t_symbol* atom_getsym(const t_atom* a);
void* atom_getobj(const t_atom* a);
long atom_gettype(const t_atom* a);

END_USING_C_LINKAGE

// In Max, too, every argument is passed as a pointer: no floats, at most eight.
template <class... A>
void* object_method(void* x, t_symbol* s, A... a) {
  static_assert(sizeof...(A) <= 8 && !(std::is_floating_point_v<A> || ...));
  void* p[9] = {(void*)(t_ptr_uint)a...};
  return object_method_imp(x, s, p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7]);
}

#define calcoffset(x, y) ((t_ptr_int)offsetof(x, y))

#define CLASS_ATTR_OF_TYPE(c, attrname, type, flags, structname, structmember)          \
  class_addattr((c), attr_offset_new(attrname, gensym(type), (flags), nullptr, nullptr, \
                                     calcoffset(structname, structmember)))
#define CLASS_ATTR_CHAR(c, attrname, flags, structname, structmember) \
  CLASS_ATTR_OF_TYPE(c, attrname, "char", flags, structname, structmember)
#define CLASS_ATTR_LONG(c, attrname, flags, structname, structmember) \
  CLASS_ATTR_OF_TYPE(c, attrname, "long", flags, structname, structmember)
#define CLASS_ATTR_FLOAT(c, attrname, flags, structname, structmember) \
  CLASS_ATTR_OF_TYPE(c, attrname, "float32", flags, structname, structmember)
#define CLASS_ATTR_DOUBLE(c, attrname, flags, structname, structmember) \
  CLASS_ATTR_OF_TYPE(c, attrname, "float64", flags, structname, structmember)
#define CLASS_ATTR_SYM(c, attrname, flags, structname, structmember) \
  CLASS_ATTR_OF_TYPE(c, attrname, "symbol", flags, structname, structmember)
#define CLASS_ATTR_ACCESSORS(c, attrname, getter, setter)                       \
  {                                                                             \
    void* const attr_ = class_attr_get((c), gensym(attrname));                  \
    object_method(attr_, gensym("setmethod"), gensym("get"), (method)(getter)); \
    object_method(attr_, gensym("setmethod"), gensym("set"), (method)(setter)); \
  }

#define CLASS_ATTR_ATTR_PARSE(c, attrname, attrname2, type, flags, parsestr) \
  class_attr_addattr_parse((c), attrname, attrname2, type, flags, parsestr)
#define CLASS_ATTR_LABEL(c, attrname, flags, labelstr) \
  class_attr_addattr_format((c), attrname, "label", gensym("symbol"), flags, "s", gensym(labelstr))
#define CLASS_ATTR_CATEGORY(c, attrname, flags, parsestr)                            \
  class_attr_addattr_format((c), attrname, "category", gensym("symbol"), flags, "s", \
                            gensym(parsestr))
#define CLASS_ATTR_STYLE(c, attrname, flags, parsestr) \
  class_attr_addattr_parse((c), attrname, "style", gensym("symbol"), flags, parsestr)
#define CLASS_ATTR_STYLE_LABEL(c, attrname, flags, stylestr, labelstr) \
  {                                                                    \
    CLASS_ATTR_STYLE(c, attrname, flags, stylestr);                    \
    CLASS_ATTR_LABEL(c, attrname, flags, labelstr);                    \
  }
#define CLASS_ATTR_ENUM(c, attrname, flags, parsestr)                                     \
  {                                                                                       \
    class_attr_addattr_parse((c), attrname, "style", gensym("symbol"), flags, "enum");    \
    class_attr_addattr_parse((c), attrname, "enumvals", gensym("atom"), flags, parsestr); \
  }
#define CLASS_ATTR_ENUMINDEX(c, attrname, flags, parsestr)                                  \
  {                                                                                         \
    class_attr_addattr_parse((c), attrname, "style", gensym("symbol"), flags, "enumindex"); \
    class_attr_addattr_parse((c), attrname, "enumvals", gensym("atom"), flags, parsestr);   \
  }
#define CLASS_ATTR_SAVE(c, attrname, flags) \
  class_attr_addattr_parse((c), attrname, "save", gensym("long"), flags, "1")
#define CLASS_ATTR_DEFAULT(c, attrname, flags, parsestr) \
  class_attr_addattr_parse((c), attrname, "default", gensym("atom"), flags, parsestr)
#define CLASS_ATTR_DEFAULT_SAVE(c, attrname, flags, parsestr) \
  {                                                           \
    CLASS_ATTR_DEFAULT(c, attrname, flags, parsestr);         \
    CLASS_ATTR_SAVE(c, attrname, flags);                      \
  }
#define CLASS_ATTR_ORDER(c, attrname, flags, parsestr) \
  class_attr_addattr_parse((c), attrname, "order", gensym("long"), flags, parsestr)
#define CLASS_ATTR_BASIC(c, attrname, flags) \
  class_attr_addattr_parse((c), attrname, "basic", gensym("long"), flags, "1")
#define CLASS_ATTR_INVISIBLE(c, attrname, flags) \
  class_attr_addattr_parse((c), attrname, "invisible", gensym("long"), flags, "1")
#define CLASS_ATTR_MIN(c, attrname, flags, parsestr) \
  class_attr_addattr_parse((c), attrname, "min", gensym("atom"), flags, parsestr)
#define CLASS_ATTR_MAX(c, attrname, flags, parsestr) \
  class_attr_addattr_parse((c), attrname, "max", gensym("atom"), flags, parsestr)
