// Standard error to nowhere and back. TensorFlow's library prints a banner while it is loaded, before any setting of
// its own can say not to.
#include <fcntl.h>
#include <node_api.h>
#include <unistd.h>

static int kept = -1;

static napi_value Hide(napi_env, napi_callback_info) {
  const int nowhere = open("/dev/null", O_WRONLY);
  kept = dup(2);
  dup2(nowhere, 2);
  close(nowhere);
  return nullptr;
}

static napi_value Show(napi_env, napi_callback_info) {
  dup2(kept, 2);
  close(kept);
  return nullptr;
}

NAPI_MODULE_INIT() {
  napi_value hide, show;
  napi_create_function(env, "hide", NAPI_AUTO_LENGTH, Hide, nullptr, &hide);
  napi_create_function(env, "show", NAPI_AUTO_LENGTH, Show, nullptr, &show);
  napi_set_named_property(env, exports, "hide", hide);
  napi_set_named_property(env, exports, "show", show);
  return exports;
}
