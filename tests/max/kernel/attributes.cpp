// Attributes: of classes, of objects, by message and in boxes.
#include <cstring>

#include "internal.h"

namespace max_kernel {

namespace {

using Setter = t_max_err (*)(void*, void*, long, t_atom*);
using Getter = t_max_err (*)(void*, void*, long*, t_atom**);

template <class F>
F as(method m) {
  return reinterpret_cast<F>(reinterpret_cast<void*>(m));
}

void store(char* place, const std::string& type, const t_atom& atom) {
  if (type == "char")
    *place = char(atom_getlong(&atom));
  else if (type == "long")
    *reinterpret_cast<t_atom_long*>(place) = atom_getlong(&atom);
  else if (type == "float32")
    *reinterpret_cast<float*>(place) = float(atom_getfloat(&atom));
  else if (type == "float64")
    *reinterpret_cast<double*>(place) = atom_getfloat(&atom);
  else if (type == "symbol")
    *reinterpret_cast<t_symbol**>(place) = atom_getsym(&atom);
  else if (type == "atom")
    *reinterpret_cast<t_atom*>(place) = atom;
}

t_atom fetch(const char* place, const std::string& type) {
  t_atom atom{};
  if (type == "char")
    atom_setlong(&atom, *place);
  else if (type == "long")
    atom_setlong(&atom, *reinterpret_cast<const t_atom_long*>(place));
  else if (type == "float32")
    atom_setfloat(&atom, *reinterpret_cast<const float*>(place));
  else if (type == "float64")
    atom_setfloat(&atom, *reinterpret_cast<const double*>(place));
  else if (type == "symbol")
    atom_setsym(&atom, *reinterpret_cast<t_symbol* const*>(place));
  else if (type == "atom")
    atom = *reinterpret_cast<const t_atom*>(place);
  return atom;
}

Attribute* find(void* x, t_symbol* s, const char* function) {
  const auto record = record_of(x, function);
  return record ? record->type->find_attribute(s) : nullptr;
}

}  // namespace

AttributeMessage attribute_message(Object* object, t_class* type, t_symbol* selector, long count,
                                   t_atom* atoms) {
  if (const auto* attribute = type->find_attribute(selector)) {
    if (attribute->flags & (ATTR_SET_OPAQUE | ATTR_SET_OPAQUE_USER))
      return AttributeMessage::refused;
    const bool set = object_attr_setvalueof(object, selector, count, atoms) == MAX_ERR_NONE;
    return set ? AttributeMessage::done : AttributeMessage::refused;
  }
  if (std::strncmp(selector->s_name, "get", 3) != 0) return AttributeMessage::none;
  auto* const name = gensym(selector->s_name + 3);
  const auto* attribute = type->find_attribute(name);
  if (!attribute) return AttributeMessage::none;
  if (attribute->flags & (ATTR_GET_OPAQUE | ATTR_GET_OPAQUE_USER)) return AttributeMessage::refused;
  long size = 0;
  t_atom* values = nullptr;
  if (object_attr_getvalueof(object, name, &size, &values) != MAX_ERR_NONE)
    return AttributeMessage::refused;
  object_obex_dumpout(object, name, size, values);
  sysmem_freeptr(values);
  return AttributeMessage::done;
}

bool set_attribute(Object* object, const std::string& name, const Atoms& atoms) {
  auto values = to_max(atoms);
  return object_attr_setvalueof(object, gensym(name.c_str()), long(values.size()), values.data()) ==
         MAX_ERR_NONE;
}

std::optional<Atoms> attribute(Object* object, const std::string& name) {
  long count = 0;
  t_atom* values = nullptr;
  if (object_attr_getvalueof(object, gensym(name.c_str()), &count, &values) != MAX_ERR_NONE)
    return std::nullopt;
  auto atoms = from_max(count, values);
  sysmem_freeptr(values);
  return atoms;
}

}  // namespace max_kernel

using namespace max_kernel;

extern "C" {

t_object* attr_offset_new(const char* name, const t_symbol* type, long flags, const method mget,
                          const method mset, long offset) {
  auto attribute = std::make_shared<Attribute>();
  attribute->name = gensym(name);
  attribute->type = const_cast<t_symbol*>(type);
  attribute->flags = flags;
  attribute->get = mget;
  attribute->set = mset;
  attribute->offset = offset;
  add_live(attribute.get(), Kind::attribute, attribute);
  return attribute.get();
}

t_object* attribute_new(const char* name, t_symbol* type, long flags, const method mget,
                        const method mset) {
  return attr_offset_new(name, type, flags, mget, mset, -1);
}

t_max_err class_addattr(t_class* c, t_object* attr) {
  auto* const attribute = live<Attribute>(attr, Kind::attribute, "class_addattr");
  if (!attribute) return MAX_ERR_INVALID_PTR;
  if (c->find_attribute(attribute->name)) return MAX_ERR_DUPLICATE;
  c->attributes.push_back(attribute);
  return MAX_ERR_NONE;
}

void* class_attr_get(t_class* c, t_symbol* attrname) { return c->find_attribute(attrname); }

t_max_err class_attr_addattr_parse(t_class* c, const char* attrname, const char* attrname2,
                                   t_symbol*, long, const char* parsestr) {
  auto* const attribute = c->find_attribute(gensym(attrname));
  if (!attribute) {
    print(Line::error, nullptr,
          std::string(c->name->s_name) + ": no attribute " + attrname + " to give a " + attrname2);
    return MAX_ERR_GENERIC;
  }
  attribute->details[attrname2] = parse(parsestr);
  return MAX_ERR_NONE;
}

// The format "s" alone: that of labels.
t_max_err class_attr_addattr_format(t_class* c, const char* attrname, const char* attrname2,
                                    t_symbol*, long, const char* fmt, ...) {
  auto* const attribute = c->find_attribute(gensym(attrname));
  if (!attribute || std::strcmp(fmt, "s") != 0) return MAX_ERR_GENERIC;
  va_list arguments;
  va_start(arguments, fmt);
  attribute->details[attrname2] = {std::string(va_arg(arguments, t_symbol*)->s_name)};
  va_end(arguments);
  return MAX_ERR_NONE;
}

t_max_err object_attr_setvalueof(void* x, t_symbol* s, long argc, t_atom* argv) {
  auto* const attribute = find(x, s, "object_attr_setvalueof");
  if (!attribute || (attribute->flags & ATTR_SET_OPAQUE)) return MAX_ERR_GENERIC;
  if (attribute->set) return as<Setter>(attribute->set)(x, attribute, argc, argv);
  if (attribute->offset < 0 || argc < 1) return MAX_ERR_GENERIC;
  store(static_cast<char*>(x) + attribute->offset, attribute->type->s_name, argv[0]);
  return MAX_ERR_NONE;
}

t_max_err object_attr_getvalueof(void* x, t_symbol* s, long* argc, t_atom** argv) {
  auto* const attribute = find(x, s, "object_attr_getvalueof");
  if (!attribute || (attribute->flags & ATTR_GET_OPAQUE)) return MAX_ERR_GENERIC;
  if (attribute->get) return as<Getter>(attribute->get)(x, attribute, argc, argv);
  if (attribute->offset < 0) return MAX_ERR_GENERIC;
  if (!*argc || !*argv) *argv = reinterpret_cast<t_atom*>(sysmem_newptr(sizeof(t_atom)));
  *argc = 1;
  **argv = fetch(static_cast<char*>(x) + attribute->offset, attribute->type->s_name);
  return MAX_ERR_NONE;
}

t_max_err object_attr_setlong(void* x, t_symbol* s, t_atom_long c) {
  t_atom atom;
  atom_setlong(&atom, c);
  return object_attr_setvalueof(x, s, 1, &atom);
}

t_max_err object_attr_setfloat(void* x, t_symbol* s, t_atom_float c) {
  t_atom atom;
  atom_setfloat(&atom, c);
  return object_attr_setvalueof(x, s, 1, &atom);
}

t_max_err object_attr_setsym(void* x, t_symbol* s, t_symbol* c) {
  t_atom atom;
  atom_setsym(&atom, c);
  return object_attr_setvalueof(x, s, 1, &atom);
}

static t_atom first_value(void* x, t_symbol* s) {
  t_atom atom{};
  long count = 0;
  t_atom* values = nullptr;
  if (object_attr_getvalueof(x, s, &count, &values) == MAX_ERR_NONE && count) atom = values[0];
  sysmem_freeptr(values);
  return atom;
}

t_atom_long object_attr_getlong(void* x, t_symbol* s) {
  const auto atom = first_value(x, s);
  return atom_getlong(&atom);
}

t_atom_float object_attr_getfloat(void* x, t_symbol* s) {
  const auto atom = first_value(x, s);
  return atom_getfloat(&atom);
}

t_symbol* object_attr_getsym(void* x, t_symbol* s) {
  const auto atom = first_value(x, s);
  return atom_getsym(&atom);
}

t_max_err object_attr_touch(t_object* x, t_symbol* attrname) {
  auto* const attribute = find(x, attrname, "object_attr_touch");
  if (!attribute) return MAX_ERR_GENERIC;
  return object_notify(x, gensym("attr_modified"), attribute);
}

static bool is_attribute_name(const t_atom& atom) {
  return atom.a_type == A_SYM && atom.a_w.w_sym->s_name[0] == '@' && atom.a_w.w_sym->s_name[1];
}

long attr_args_offset(short ac, t_atom* av) {
  long i = 0;
  while (i < ac && !is_attribute_name(av[i])) ++i;
  return i;
}

void attr_args_process(void* x, short ac, t_atom* av) {
  for (long i = attr_args_offset(ac, av); i < ac;) {
    auto* const name = gensym(av[i].a_w.w_sym->s_name + 1);
    long end = i + 1;
    while (end < ac && !is_attribute_name(av[end])) ++end;
    const auto* attribute = find(x, name, "attr_args_process");
    if (!attribute || (attribute->flags & (ATTR_SET_OPAQUE | ATTR_SET_OPAQUE_USER)) ||
        object_attr_setvalueof(x, name, end - i - 1, av + i + 1) != MAX_ERR_NONE)
      object_error(static_cast<t_object*>(x), "\"%s\" is not a valid attribute argument",
                   name->s_name);
    i = end;
  }
}

void attr_dictionary_process(void* x, t_dictionary* d) {
  long count = 0;
  t_symbol** keys = nullptr;
  if (dictionary_getkeys(d, &count, &keys) != MAX_ERR_NONE) return;
  for (long i = 0; i < count; ++i) {
    long ac = 0;
    t_atom* av = nullptr;
    if (!find(x, keys[i], "attr_dictionary_process") ||
        dictionary_getatoms(d, keys[i], &ac, &av) != MAX_ERR_NONE)
      continue;
    object_attr_setvalueof(x, keys[i], ac, av);
  }
  dictionary_freekeys(d, count, keys);
}
}
