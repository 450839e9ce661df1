package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// module is the name that begins the import paths of our own packages.
const module = "backoffice"

// source is the tree as the rules look at it.
type source struct {
	fset  *token.FileSet
	files []goFile
	templ map[string]string // text of the .templ files by path
	top   []string          // names of the entries of the root
}

// goFile is one Go file.
type goFile struct {
	path, dir, name string
	test            bool
	generated       bool
	ast             *ast.File
}

// readSource parses every Go file and reads every .templ file below root.
func readSource(root fs.FS) (*source, error) {
	s := &source{fset: token.NewFileSet(), templ: map[string]string{}}
	entries, err := fs.ReadDir(root, ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		s.top = append(s.top, e.Name())
	}
	return s, fs.WalkDir(root, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); file != "." && (strings.HasPrefix(name, ".") || name == "testdata" || name == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		return s.add(root, file)
	})
}

// add takes one file into the source.
func (s *source) add(root fs.FS, file string) error {
	ext := path.Ext(file)
	if ext != ".go" && ext != ".templ" {
		return nil
	}
	text, err := fs.ReadFile(root, file)
	if err != nil {
		return err
	}
	if ext == ".templ" {
		s.templ[file] = string(text)
		return nil
	}
	tree, err := parser.ParseFile(s.fset, file, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	s.files = append(s.files, goFile{
		path: file, dir: path.Dir(file), name: path.Base(file), ast: tree,
		test: strings.HasSuffix(file, "_test.go"), generated: ast.IsGenerated(tree),
	})
	return nil
}

// below reports whether the file lies in the folder or in one below it.
func (f goFile) below(folder string) bool {
	return folder == "." || f.dir == folder || strings.HasPrefix(f.dir, folder+"/")
}

// written reports whether the file is part of the program and a person wrote it.
func (f goFile) written() bool { return !f.test && !f.generated }

// at writes a complaint about a place.
func (s *source) at(pos token.Pos, format string, args ...any) string {
	p := s.fset.Position(pos)
	return fmt.Sprintf("%s:%d: %s", p.Filename, p.Line, fmt.Sprintf(format, args...))
}

// imports complains about each import of the files in a folder that refuse
// gives a reason for.
func (s *source) imports(folder string, refuse func(path string) string) (bad []string) {
	for _, f := range s.files {
		if f.test || !f.below(folder) {
			continue
		}
		for _, i := range f.ast.Imports {
			p, _ := strconv.Unquote(i.Path.Value)
			if why := refuse(p); why != "" {
				bad = append(bad, s.at(i.Pos(), "%s imports %s: %s", folder, p, why))
			}
		}
	}
	return bad
}

// within reports whether an import path is pkg or lies below it.
func within(importPath, pkg string) bool {
	return importPath == pkg || strings.HasPrefix(importPath, pkg+"/")
}

// oneOf returns why if the import path lies within any of the packages.
func oneOf(importPath, why string, pkgs ...string) string {
	if slices.ContainsFunc(pkgs, func(pkg string) bool { return within(importPath, pkg) }) {
		return why
	}
	return ""
}

// foreign reports whether an import path is neither ours nor of the standard library.
func foreign(importPath string) bool {
	host, _, _ := strings.Cut(importPath, "/")
	return strings.Contains(host, ".")
}

// literals shows each string of the written program.
func (s *source) literals(show func(f goFile, pos token.Pos, text string)) {
	s.nodes(func(f goFile, n ast.Node) {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		if text, err := strconv.Unquote(lit.Value); err == nil {
			show(f, lit.Pos(), text)
		}
	})
}

// nodes shows each node of the written program.
func (s *source) nodes(show func(f goFile, n ast.Node)) {
	for _, f := range s.files {
		if f.written() {
			ast.Inspect(f.ast, func(n ast.Node) bool {
				show(f, n)
				return true
			})
		}
	}
}

// isPackage reports whether an expression is the name that a file has given to
// an imported package.
func isPackage(f *ast.File, x ast.Expr, importPath string) bool {
	id, ok := x.(*ast.Ident)
	if !ok {
		return false
	}
	for _, i := range f.Imports {
		if p, _ := strconv.Unquote(i.Path.Value); p != importPath {
			continue
		}
		if i.Name != nil {
			return i.Name.Name == id.Name
		}
		return path.Base(importPath) == id.Name
	}
	return false
}
