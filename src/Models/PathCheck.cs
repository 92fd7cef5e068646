using System.Collections.Immutable;
using Tapline.Contracts.Schema;
using Tapline.Settings;

namespace Tapline.Models;

/// <summary>Checks the paths of a model's inputs: one for each that it reads, over columns that exist and compare, none
/// in a circle, each to the model's keys.</summary>
sealed class PathCheck(Model model, Func<string, ImmutableArray<ColumnSchema>?> columnsOf, Action<string> report)
{
    readonly Dictionary<string, InputPath> _paths = model.Inputs
        .GroupBy(static input => input.Name, StringComparer.Ordinal)
        .ToDictionary(static group => group.Key, static group => group.First().Path, StringComparer.Ordinal);

    /// <summary>Reports every mistake.</summary>
    public void Run()
    {
        foreach (var name in model.Reads.Where(name => name != ModelCatalog.Clock && !_paths.ContainsKey(name)))
            report($"there is no path from {name} to the key ({string.Join(", ", model.By)})");
        foreach (var input in model.Inputs)
        {
            if (!model.Reads.Contains(input.Name))
                report($"{input.Name} has a path, but the SELECT does not read it");
            else
                Check(input);
        }
        if (model.IsWhole)
        {
            foreach (var input in model.Inputs.Where(static input => input.Path is not InputPath.All))
                report($"{input.Name} has a path to a key, but all rows are computed together: say all");
        }
        else if (model.Inputs.All(static input => input.Path is not InputPath.Direct))
            report($"no input has the key ({string.Join(", ", model.By)}) in its columns");
    }

    void Check(ModelInput input)
    {
        if (input.Path is InputPath.Direct direct && Types(input.Name, direct.Columns) is { } types)
        {
            var by = model.Places(model.By).Where(static place => place >= 0).Select(place => model.Columns[place]);
            Compare(input.Name, types, "the key", [.. by]);
        }
        if (input.Path is not InputPath.Join join)
            return;
        if (!_paths.ContainsKey(join.Other))
            report($"{input.Name} is joined to {join.Other}, which is no input");
        else if (Types(input.Name, join.Columns) is { } ours && Types(join.Other, join.OtherColumns) is { } others)
            Compare(input.Name, ours, join.Other, others);
        var visited = new HashSet<string>(StringComparer.Ordinal) { input.Name };
        for (var next = join; next is not null; next = _paths.GetValueOrDefault(next.Other) as InputPath.Join)
        {
            if (visited.Add(next.Other))
                continue;
            report($"the path of {input.Name} comes back to {next.Other} and never to the key");
            return;
        }
    }

    ColumnSchema[]? Types(string relation, ImmutableArray<string> names)
    {
        if (columnsOf(relation) is not { } columns)
            return null;
        var found = names.Select(name => columns.FirstOrDefault(column => column.Name == name)).ToArray();
        for (var i = 0; i < names.Length; i++)
        {
            if (found[i] is not null)
                continue;
            var near = Spelling.Nearest(names[i], columns.Select(static column => column.Name));
            report($"column \"{names[i]}\" is not in {relation}" + (near is null ? "" : $"; did you mean \"{near}\"?"));
        }
        var known = found.OfType<ColumnSchema>().ToArray();
        return known.Length == found.Length ? known : null;
    }

    void Compare(string name, ColumnSchema[] ours, string otherName, ColumnSchema[] others)
    {
        if (ours.Length != others.Length)
        {
            report($"the path of {name} has {ours.Length} columns, {otherName} has {others.Length}");
            return;
        }
        for (var i = 0; i < ours.Length; i++)
        {
            var bothWhole = TypeWidening.IsInteger(ours[i].Type) && TypeWidening.IsInteger(others[i].Type);
            if (!bothWhole && !ours[i].HasTypeOf(others[i]))
            {
                report($"{name}.{ours[i].Name} is {ours[i].Type}, but {others[i].Name} of {otherName} is "
                    + $"{others[i].Type}: keys must have one type");
            }
        }
    }
}
