#include "../common/datetime.h"
