#include "text.hpp"
