#include "console/models/call_source.h" // its meta-object is compiled here
