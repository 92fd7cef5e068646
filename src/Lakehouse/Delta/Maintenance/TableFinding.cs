namespace Tapline.Lakehouse.Delta.Maintenance;

/// <summary>Something that is wrong with a table.</summary>
/// <param name="File">Where: a file's key, or a path on this machine.</param>
/// <param name="Wanted">What should be there.</param>
/// <param name="Found">What is.</param>
public sealed record TableFinding(string File, string Wanted, string Found);
