package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// asvsRow is a line of a table of requirements: their numbers, levels, and where they
// stand.
var asvsRow = regexp.MustCompile(`(?m)^\| (\d[\d.,– ]*) \|([\d,– ]*)\| ([^|]*) \|`)

// asvsStates are what may be said of a requirement.
var asvsStates = []string{"yes", "yours", "open", "—"}

// wholeChapters are those of which there is nothing here.
var wholeChapters = regexp.MustCompile(`(?m)^## (V\d+(?:, V\d+)*(?: and V\d+)?)\n\nNo `)

// TestASVSTableIsComplete holds the table in deploy/ASVS.md against the numbers and
// levels of the standard: each requirement stands there once, at its level, unless its
// section or chapter does as a whole.
func TestASVSTableIsComplete(t *testing.T) {
	t.Parallel()
	standard := asvsLevels(t)
	text, err := os.ReadFile(filepath.Join(repoRoot, "deploy", "ASVS.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range asvsProblems(standard, string(text)) {
		t.Error(problem)
	}
	good := "| 1.1.1, 1.1.2 | 2 | yes | x |\n"
	for broken, want := range map[string]string{
		"| 1.1.1 | 2 | yes | x |\n":                 "1.1.2 is missing",
		good + "| 1.1.2 | 2 | open | x |\n":         "1.1.2 stands there twice",
		"| 1.1.1–1.1.2 | 1 | yes | x |\n":           "1.1.1–1.1.2 is of level 2",
		good + "| 1.1.3 | 2 | yes | x |\n":          "there is no 1.1.3",
		"| 1.1 | | perhaps | x |\n":                 `1.1 is "perhaps"`,
		good + "\n| 1.1.4 | 2 | yes | x |\n| 1.1.4": "there is no 1.1.4",
		"## V1\n\nNo such thing.\n":                 "",
	} {
		got := asvsProblems(map[string]int{"1.1.1": 2, "1.1.2": 2}, broken)
		if want == "" && len(got) > 0 || want != "" && !slices.Contains(got, want) {
			t.Errorf("of %q is said %q, want %q", broken, got, want)
		}
	}
}

// asvsLevels reads the standard's requirements: the level of each number.
func asvsLevels(t *testing.T) map[string]int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "asvs.txt"))
	if err != nil {
		t.Fatal(err)
	}
	levels := map[string]int{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		section, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		for i, level := range strings.Fields(rest) {
			levels[fmt.Sprintf("%s.%d", section, i+1)], _ = strconv.Atoi(level)
		}
	}
	if len(levels) != 345 {
		t.Fatalf("the standard has 345 requirements, not %d", len(levels))
	}
	return levels
}

// asvsProblems says what is wrong with a table.
func asvsProblems(standard map[string]int, table string) (bad []string) {
	seen := map[string]bool{}
	for _, m := range wholeChapters.FindAllStringSubmatch(table, -1) {
		for _, chapter := range regexp.MustCompile(`\d+`).FindAllString(m[1], -1) {
			for number := range standard {
				seen[number] = seen[number] || strings.HasPrefix(number, chapter+".")
			}
		}
	}
	for _, m := range asvsRow.FindAllStringSubmatch(table, -1) {
		bad = append(bad, asvsRowProblems(standard, seen, m[1], m[2], m[3])...)
	}
	for _, number := range slices.Sorted(maps.Keys(standard)) {
		if !seen[number] {
			bad = append(bad, number+" is missing")
		}
	}
	return bad
}

func asvsRowProblems(standard map[string]int, seen map[string]bool, numbers, levels, state string) (bad []string) {
	if !slices.Contains(asvsStates, state) {
		bad = append(bad, fmt.Sprintf("%s is %q", numbers, state))
	}
	var found []string
	for _, number := range asvsNumbers(standard, numbers) {
		level, ok := standard[number]
		switch {
		case !ok:
			bad = append(bad, "there is no "+number)
			continue
		case seen[number]:
			bad = append(bad, number+" stands there twice")
		}
		seen[number] = true
		found = append(found, strconv.Itoa(level))
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if said := strings.TrimSpace(strings.ReplaceAll(levels, "1–3", "1, 2, 3")); said != "" && said != strings.Join(found, ", ") && len(found) > 0 {
		bad = append(bad, fmt.Sprintf("%s is of level %s", numbers, strings.Join(found, ", ")))
	}
	return bad
}

// asvsNumbers spells out "1.2.3, 1.2.5–1.2.7, 4.3".
func asvsNumbers(standard map[string]int, text string) (all []string) {
	for part := range strings.SplitSeq(text, ",") {
		first, last, span := strings.Cut(strings.TrimSpace(part), "–")
		switch {
		case span:
			section := first[:strings.LastIndex(first, ".")+1]
			from, _ := strconv.Atoi(strings.TrimPrefix(first, section))
			to, _ := strconv.Atoi(strings.TrimPrefix(last, section))
			for n := from; n <= to; n++ {
				all = append(all, section+strconv.Itoa(n))
			}
		case strings.Count(first, ".") == 1:
			for _, number := range slices.Sorted(maps.Keys(standard)) {
				if strings.HasPrefix(number, first+".") {
					all = append(all, number)
				}
			}
		default:
			all = append(all, first)
		}
	}
	return all
}
