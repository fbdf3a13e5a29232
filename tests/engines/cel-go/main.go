// Command cel-go answers CEL questions, one JSON object a line, as Authorino would answer them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"reflect"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/ext"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/types/known/structpb"
)

// The roots of Authorino's environment; each is a Struct, so that all numbers are doubles and maps are dynamic.
var roots = []string{"request", "source", "destination", "auth", "metadata"}

// Compiled expressions kept, so that one expression can be asked of many contexts.
const kept = 256

type question struct {
	Expression string          `json:"expression"`
	Context    json.RawMessage `json:"context"`
}

type answer struct {
	Value json.RawMessage `json:"value,omitempty"`
	Error string          `json:"error,omitempty"`
	Panic string          `json:"panic,omitempty"`
}

type engine struct {
	env      *cel.Env
	programs map[string]cel.Program
}

func main() {
	log.SetFlags(0)
	options := []cel.EnvOption{ext.Strings(), cel.OptionalTypes()}
	for _, root := range roots {
		options = append(options, cel.Variable(root, cel.ObjectType("google.protobuf.Struct")))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		log.Fatal(err)
	}
	if err := serve(&engine{env, map[string]cel.Program{}}, os.Stdin, os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func serve(e *engine, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	answers := json.NewEncoder(out)
	answers.SetEscapeHTML(false)
	for {
		line, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := answers.Encode(e.answer(line)); err != nil {
			return err
		}
	}
}

func (e *engine) answer(line []byte) (given answer) {
	defer func() {
		if cause := recover(); cause != nil {
			given = answer{Panic: fmt.Sprint(cause)}
		}
	}()
	value, err := e.evaluate(line)
	if err != nil {
		return answer{Error: err.Error()}
	}
	return answer{Value: value}
}

func (e *engine) evaluate(line []byte) (json.RawMessage, error) {
	var asked question
	if err := json.Unmarshal(line, &asked); err != nil {
		return nil, fmt.Errorf("the request is no JSON: %w", err)
	}
	var context structpb.Struct
	if err := protojson.Unmarshal(asked.Context, &context); err != nil {
		return nil, fmt.Errorf("the context is no object: %w", err)
	}
	program, err := e.program(asked.Expression)
	if err != nil {
		return nil, err
	}
	// Every root is bound, an absent one to null, which is also what Authorino does.
	activation := map[string]any{}
	for _, root := range roots {
		activation[root] = context.GetFields()[root]
	}
	result, _, err := program.Eval(activation)
	if err != nil {
		return nil, err
	}
	native, err := result.ConvertToNative(reflect.TypeFor[*structpb.Value]())
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(native.(*structpb.Value))
}

func (e *engine) program(expression string) (cel.Program, error) {
	if program, ok := e.programs[expression]; ok {
		return program, nil
	}
	ast, issues := e.env.Compile(expression)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	program, err := e.env.Program(ast)
	if err != nil {
		return nil, err
	}
	if len(e.programs) >= kept {
		clear(e.programs)
	}
	e.programs[expression] = program
	return program, nil
}
