// Marks the symbols that a shared libcoffer exports; all others are hidden.
#pragma once

#define COFFER_API __attribute__((visibility("default")))
