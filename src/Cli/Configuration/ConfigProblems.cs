using YamlDotNet.RepresentationModel;

namespace Tapline.Cli.Configuration;

/// <summary>Collects what is wrong with one file while it is read on.</summary>
sealed class ConfigProblems(string file)
{
    readonly List<(long Line, string Text)> _found = [];

    /// <summary>Notes a mistake at a node's line.</summary>
    public void Add(YamlNode at, string text) => _found.Add((at.Start.Line, text));

    /// <summary>Throws them all, in the order of their lines, and after them those of another file; does nothing when
    /// there are none.</summary>
    public void ThrowIfAny(params IReadOnlyCollection<string> elsewhere)
    {
        if (_found.Count + elsewhere.Count > 0)
            throw new ConfigException([.. _found.OrderBy(static p => p.Line).Select(p =>
                $"{file}:{p.Line}: {p.Text}"), .. elsewhere]);
    }
}
