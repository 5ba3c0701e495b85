// The whole runtime. Each header can also be included by itself.
#pragma once

#include "ungil/critical_section.h"
#include "ungil/gc_class.h"
#include "ungil/list_snapshot.h"
#include "ungil/thread_safety.h"
