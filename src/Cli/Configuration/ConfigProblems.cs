using YamlDotNet.RepresentationModel;

namespace Tapline.Cli.Configuration;

/// <summary>Collects what is wrong with one file while it is read on.</summary>
sealed class ConfigProblems(string file)
{
    readonly List<(long Line, string Text)> _found = [];

    /// <summary>Notes a mistake at a node's line.</summary>
    public void Add(YamlNode at, string text) => _found.Add((at.Start.Line, text));

    /// <summary>Throws them all, in the order of their lines; does nothing when there are none.</summary>
    public void ThrowIfAny()
    {
        if (_found.Count > 0)
            throw new ConfigException([.. _found.OrderBy(static p => p.Line).Select(p =>
                $"{file}:{p.Line}: {p.Text}")]);
    }
}
