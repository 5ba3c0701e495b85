#include "../common/pythread.h"
