// A recursive parser of JSON. Strings are cut out of the text where they stand.
#include "json.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_DEPTH = 64 };

typedef struct json_reader {
  char *next;
  int depth;
} json_reader;

static json_value *read_value(json_reader *reader);

static void skip_blanks(json_reader *reader) { reader->next += strspn(reader->next, " \t\r\n"); }

static int take(json_reader *reader, char expected) {
  skip_blanks(reader);
  if (*reader->next != expected) {
    return 0;
  }
  reader->next++;
  return 1;
}

// UTF-8 of a code point of the basic plane.
static char *write_code_point(char *to, unsigned long code) {
  if (code < 0x80) {
    *to++ = (char)code;
  } else if (code < 0x800) {
    *to++ = (char)(0xc0 | code >> 6);
    *to++ = (char)(0x80 | (code & 0x3f));
  } else {
    *to++ = (char)(0xe0 | code >> 12);
    *to++ = (char)(0x80 | (code >> 6 & 0x3f));
    *to++ = (char)(0x80 | (code & 0x3f));
  }
  return to;
}

// The escape behind a backslash at *from; NULL where it is none.
static char *read_escape(char **from, char *to) {
  static const char codes[] = "\"\\/bfnrt", meanings[] = "\"\\/\b\f\n\r\t";
  const char *code = **from ? strchr(codes, **from) : NULL;
  if (code) {
    *to++ = meanings[code - codes];
    (*from)++;
    return to;
  }
  char digits[5] = {0};
  if (**from != 'u') {
    return NULL;
  }
  for (int i = 0; i < 4; i++) {
    if (!isxdigit((unsigned char)(*from)[1 + i])) {
      return NULL;
    }
    digits[i] = (*from)[1 + i];
  }
  *from += 5;
  return write_code_point(to, strtoul(digits, NULL, 16));
}

// The text between quotes, ended by a 0; NULL where it is none.
static char *read_string(json_reader *reader) {
  if (!take(reader, '"')) {
    return NULL;
  }
  char *begin = reader->next, *from = begin, *to = begin;
  while (*from != '"') {
    if ((unsigned char)*from < 0x20) {
      return NULL;
    }
    if (*from == '\\') {
      from++;
      to = read_escape(&from, to);
      if (!to) {
        return NULL;
      }
    } else {
      *to++ = *from++;
    }
  }
  reader->next = from + 1;
  *to = 0;
  return begin;
}

// Values up to the closing bracket, with names in an object.
static int read_children(json_reader *reader, json_value *parent, char closing) {
  json_value **place = &parent->first;
  if (take(reader, closing)) {
    return 1;
  }
  do {
    char *name = NULL;
    if (parent->kind == JSON_OBJECT) {
      skip_blanks(reader);
      name = read_string(reader);
      if (!name || !take(reader, ':')) {
        return 0;
      }
    }
    *place = read_value(reader);
    if (!*place) {
      return 0;
    }
    (*place)->name = name;
    place = &(*place)->next;
  } while (take(reader, ','));
  return take(reader, closing);
}

static int read_word(json_reader *reader, const char *word) {
  const size_t length = strlen(word);
  if (strncmp(reader->next, word, length) != 0) {
    return 0;
  }
  reader->next += length;
  return 1;
}

static int read_number(json_reader *reader, double *number) {
  char *end;
  if (*reader->next != '-' && !isdigit((unsigned char)*reader->next)) {
    return 0;
  }
  *number = strtod(reader->next, &end);
  const int is_read = end > reader->next;
  reader->next = end;
  return is_read;
}

static int read_into(json_reader *reader, json_value *value) {
  skip_blanks(reader);
  switch (*reader->next) {
    case '{':
      reader->next++;
      value->kind = JSON_OBJECT;
      return read_children(reader, value, '}');
    case '[':
      reader->next++;
      value->kind = JSON_ARRAY;
      return read_children(reader, value, ']');
    case '"':
      value->kind = JSON_STRING;
      value->text = read_string(reader);
      return value->text != NULL;
    case 't':
      value->kind = JSON_TRUE;
      return read_word(reader, "true");
    case 'f':
      value->kind = JSON_FALSE;
      return read_word(reader, "false");
    case 'n':
      return read_word(reader, "null");
    default:
      value->kind = JSON_NUMBER;
      return read_number(reader, &value->number);
  }
}

static json_value *read_value(json_reader *reader) {
  json_value *value = reader->depth < MOST_DEPTH ? calloc(1, sizeof *value) : NULL;
  reader->depth++;
  if (value && !read_into(reader, value)) {
    json_free(value);
    value = NULL;
  }
  reader->depth--;
  return value;
}

json_value *json_parse(char *text, size_t *place) {
  json_reader reader = {text, 0};
  json_value *value = read_value(&reader);
  skip_blanks(&reader);
  *place = (size_t)(reader.next - text);
  if (value && *reader.next) {
    json_free(value);
    value = NULL;
  }
  return value;
}

void json_free(json_value *value) {
  while (value) {
    json_value *next = value->next;
    json_free(value->first);
    free(value);
    value = next;
  }
}

const json_value *json_member(const json_value *value, const char *name) {
  const json_value *member = value && value->kind == JSON_OBJECT ? value->first : NULL;
  while (member && strcmp(member->name, name) != 0) {
    member = member->next;
  }
  return member;
}

double json_number(const json_value *value, const char *name, double otherwise) {
  const json_value *member = json_member(value, name);
  return member && member->kind == JSON_NUMBER ? member->number : otherwise;
}

const char *json_text(const json_value *value, const char *name) {
  const json_value *member = json_member(value, name);
  return member && member->kind == JSON_STRING ? member->text : "";
}
