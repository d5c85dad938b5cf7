# The string literals of C files, one a line as FILE:LINE: TEXT, adjacent ones
# joined, comments left out.
function flush()
{
	if (text != "")
		print where ": " text
	text = ""
}
FNR == 1 { flush(); comment = 0 }
{
	line = $0
	out = ""
	while (line != "") {
		if (comment) {
			if (!(i = index(line, "*/")))
				break
			line = substr(line, i + 2)
			comment = 0
		}
		if (match(line, /^[ \t]+/)) {
			line = substr(line, RLENGTH + 1)
		} else if (substr(line, 1, 2) == "/*") {
			comment = 1
			line = substr(line, 3)
		} else if (match(line, /^"([^"\\]|\\.)*"/)) {
			if (text == "")
				where = FILENAME ":" FNR
			text = text substr(line, 2, RLENGTH - 2)
			line = substr(line, RLENGTH + 1)
		} else if (match(line, /^'(\\.|[^'\\])+'/)) {
			flush()
			line = substr(line, RLENGTH + 1)
		} else {
			flush()
			# up to the next thing that matters
			match(line, /^[^"'\/]*./)
			if (RLENGTH > 1)
				RLENGTH--
			line = substr(line, RLENGTH + 1)
		}
	}
}
END { flush() }
