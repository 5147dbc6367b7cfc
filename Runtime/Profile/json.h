// A JSON document as a tree, for reading earlier reports (RFC 8259).
#ifndef BNNM_PROFILE_JSON_H
#define BNNM_PROFILE_JSON_H

#include <stddef.h>

typedef enum json_kind {
  JSON_NULL,
  JSON_FALSE,
  JSON_TRUE,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT
} json_kind;

typedef struct json_value {
  json_kind kind;
  double number;
  char *text;                // of a string
  char *name;                // of a member
  struct json_value *first;  // of an array or object
  struct json_value *next;   // beside it
} json_value;

// Parses a whole text, which it changes and which must live as long as the result. NULL where it is no JSON, or memory
// is short; `place` then is where.
json_value *json_parse(char *text, size_t *place);
void json_free(json_value *value);

// A member of an object; NULL where there is none, or `value` is no object.
const json_value *json_member(const json_value *value, const char *name);
// Its number or text; `otherwise` where there is none.
double json_number(const json_value *value, const char *name, double otherwise);
const char *json_text(const json_value *value, const char *name);

#endif
