#!/bin/sh
# test/smoke/with-display.sh COMMAND …: runs a command on a display, a session bus, a window manager and a panel of its own, so
# that windows can be minimised and have the focus, and somebody draws the tray. Linux; Debian's xvfb, dbus, openbox, xfce4-panel.
set -eu
if [ -z "${QUAYSIDE_SMOKE_DISPLAY-}" ]; then
  QUAYSIDE_SMOKE_DISPLAY=own exec xvfb-run --auto-servernum --server-args='-screen 0 1280x800x24' dbus-run-session -- "$0" "$@"
fi
# Otherwise the panel asks with which configuration it is to begin.
settings=$(mktemp -d)
panel=$settings/xfce4/xfconf/xfce-perchannel-xml
mkdir -p "$panel"
cp /etc/xdg/xfce4/panel/default.xml "$panel/xfce4-panel.xml"
openbox &
manager=$!
XDG_CONFIG_HOME=$settings xfce4-panel --disable-wm-check &
tray=$!
end() {
  kill "$manager" "$tray" 2>/dev/null || :
  rm -rf "$settings"
}
trap end EXIT
"$@"
