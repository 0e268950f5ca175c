namespace Loadstone.SampleTarget;

/// <summary>Collects what is wrong with a body, so that one answer names every bad member.</summary>
internal static class Bounds
{
    public static void Check(List<(string Member, string Reason)> errors, string member, double value, double least, double most)
    {
        if (!(value >= least && value <= most)) errors.Add((member, $"must be from {least} to {most}"));
    }
}
