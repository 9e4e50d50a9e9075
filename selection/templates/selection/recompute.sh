{% autoescape off %}#!/bin/bash
# {{ it.frozen.order }}：bash、sha256sum
order={{ it.frozen.order }} s={{ it.evidence.secret }} dice={{ it.evidence.dice.digits }}
list='{% for one in it.frozen.entries %}{% if not forloop.first %}
{% endif %}{{ one.uscc }} {{ one.envelope }}{% endfor %}'
utf() { printf %s "$1" | od -An -vtx1 | tr -d ' \n'; }
lp() { for f; do printf '%08x%s' $((${#f} / 2)) "$f"; done; }
sha() { printf "$(sed 's/../\\x&/g' <<< "$1")" | sha256sum | cut -d ' ' -f 1; }
root() { if (($# == 1)); then sha "00$1"; else local k=1; while ((k * 2 < $#)); do ((k *= 2)); done; sha "01$(root "${@:1:k}")$(root "${@:k + 1}")"; fi; }
echo "C    $(sha "$(lp "$(utf draw-0/op)" "$(utf $order)" $s)")"
R=$(root $(while read -r id envelope; do lp "$(utf "$id")" "$envelope"; echo; done <<< "$list")); echo "R    $R"
seed=$(sha "$(lp "$(utf draw-0)" "$(utf $order)" "$R" $s "$(utf $dice)")"); echo "seed $seed"; key=$(sha "$(utf "$seed")")
while read -r id _; do h=$(sha "$(utf "$key$id")"); t=0
  for ((i = 0; i < 64; i++)); do t=$(((t * 16 + 16#${h:i:1}) % 1000000000000)); done
  echo "$(printf %012d $t | rev) $id"; done <<< "$list" | sort
{% endautoescape %}
