// What a shared libcoffer shows: everything else is hidden.
#pragma once

#define COFFER_API __attribute__((visibility("default")))
