#include "../common/structmember.h"
