namespace Tapline.Cli.Tests.Compose;

/// <summary>One line of a service's volumes.</summary>
sealed record ServiceMount(string Source, string Target, bool ReadOnly)
{
    public static IEnumerable<ServiceMount> Of(ComposeNode service) =>
        service["volumes"].Texts.Select(static text => text.Split(':') switch
        {
            [var source, var target] => new ServiceMount(source, target, ReadOnly: false),
            [var source, var target, "ro"] => new ServiceMount(source, target, ReadOnly: true),
            _ => throw new FormatException($"no mount: {text}"),
        });

    public bool IsVolume => !Source.StartsWith("./", StringComparison.Ordinal);

    /// <summary>The file on this machine.</summary>
    public string File => Path.Combine(LauncherTests.Root, Source[2..]);

    public bool Exists => System.IO.File.Exists(File);
}
